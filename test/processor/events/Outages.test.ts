/** Events that are away, processors that are killed, and builds that tell nothing: no event is missing afterwards. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as HoldWorld from "../holds/HoldWorld.ts"
import * as EventWorld from "./EventWorld.ts"

const { letters, live, pass, told } = HoldWorld
const { distinct, idsOf, nextOf, opened, stepsOf } = EventWorld

const statusOf = (requestId: string) => Effect.map(told(requestId), (record) => record?.status)

const COMPLETED = ["order.completed COMPLETED"]

describe("Events that are away for a while", () => {
  it.effect("hold orders up, and the same worker goes on when they are back", () =>
    live(Effect.gen(function*() {
      const { buy, events, provider } = yield* opened()
      events.isAway = true
      yield* buy("a")
      yield* pass("2 seconds")
      // Statuses are written beside the events; what comes later waits for both.
      assert.strictEqual(yield* statusOf("a"), "COMPLETED")
      for (let n = 0; n < 40; n++) {
        yield* buy(`b-${n}`, { amount: 11 })
        yield* pass("100 millis")
      }
      yield* pass("60 seconds")
      assert.isUndefined(yield* statusOf("b-39"))
      assert.isAbove(events.refused, 5)
      assert.deepStrictEqual(stepsOf(events, "a"), [])
      events.isAway = false
      yield* pass("10 seconds")
      assert.strictEqual(yield* statusOf("b-39"), "FAILED_SOLD_OUT")
      assert.deepStrictEqual(stepsOf(events, "a"), COMPLETED)
      assert.deepStrictEqual(provider.charged.length, 1)
      assert.strictEqual(nextOf(events), 44)
    })), 60_000)

  it.effect("hold up a letter, and the commit", () =>
    live(Effect.gen(function*() {
      const { answersNothing, buy, events, giveUp, startThat, stop } = yield* opened()
      answersNothing()
      yield* buy("a")
      yield* pass("500 millis")
      events.isAway = true
      yield* giveUp("a")
      yield* pass("5 seconds")
      assert.strictEqual(yield* statusOf("a"), "FAILED_PAYMENT")
      assert.deepStrictEqual(yield* letters, [])
      // Nothing of it is committed: another worker tells it.
      yield* stop
      events.isAway = false
      yield* startThat("held")
      yield* pass("2 seconds")
      assert.deepStrictEqual(stepsOf(events, "a"), ["order.failed FAILED_PAYMENT"])
      assert.deepStrictEqual((yield* letters).map(({ error }) => error), ["Payment Timeout"])
    })))
})

describe("A processor that is killed", () => {
  it.effect("once its events are there, and before they are acknowledged, tells them again under the same ids", () =>
    live(Effect.gen(function*() {
      const { buy, events, hold, kill, start } = yield* opened()
      yield* hold("h")
      yield* pass("1500 millis")
      events.isMute = true
      yield* buy("a")
      yield* pass("1 second")
      const before = idsOf(events)
      yield* kill
      events.isMute = false
      yield* start
      yield* pass("2 seconds")
      assert.deepStrictEqual(stepsOf(events, "a"), [...COMPLETED, ...COMPLETED])
      const [first, again] = EventWorld.eventsOf(events, "a")
      assert.deepStrictEqual(again, first, "with all that the record says that has placed the order")
      assert.deepStrictEqual(distinct(events), before.filter((id) => !id.endsWith("-position")))
      assert.strictEqual(nextOf(events), 5)
    })))

  it.effect("between the fold of an end and its event: the letter comes after the event, after the restart too", () =>
    live(Effect.gen(function*() {
      const { answersNothing, buy, events, giveUp, kill, start } = yield* opened()
      answersNothing()
      yield* buy("a")
      yield* pass("500 millis")
      events.isAway = true
      yield* giveUp("a")
      yield* pass("2 seconds")
      yield* kill
      events.isAway = false
      events.isMute = true
      yield* start
      yield* pass("2 seconds")
      // The record of the order is read first, and its end is known: its letter waits for the event nevertheless.
      assert.deepStrictEqual(yield* letters, [])
      yield* kill
      events.isMute = false
      yield* start
      yield* pass("2 seconds")
      assert.deepStrictEqual((yield* letters).map(({ error }) => error), ["Payment Timeout"])
      assert.include(stepsOf(events, "a"), "order.failed FAILED_PAYMENT")
    })))
})

describe("An older build that tells nothing", () => {
  it.effect("commits, and all of it is told by the next one, and nothing of before", () =>
    live(Effect.gen(function*() {
      const { buy, cancel, confirm, events, hold, paid, provider, start, startThat, stop } = yield* opened()
      yield* buy("before")
      yield* pass("1500 millis")
      yield* stop
      const { length } = events.told
      yield* startThat("off")
      yield* buy("a")
      yield* hold("b")
      yield* hold("c")
      yield* confirm("b")
      yield* cancel("c")
      yield* hold("d")
      yield* paid("d", "pay-1")
      yield* pass("2 seconds")
      yield* stop
      assert.strictEqual(events.told.length, length)
      yield* start
      yield* pass("2 seconds")
      const later = events.told.slice(length).flatMap(({ event }) => "requestId" in event.data ? [event.type] : [])
      assert.deepStrictEqual(later, [
        "order.reserved",
        "order.reserved",
        "order.confirmed",
        "order.cancelled",
        "order.reserved",
        "order.completed",
        "order.completed",
        "order.completed"
      ])
      assert.deepStrictEqual(stepsOf(events, "before"), COMPLETED)
      assert.deepStrictEqual(stepsOf(events, "a"), COMPLETED)
      assert.strictEqual(provider.charged.length, 3)
    })))

  it.effect("has left its events behind where the last ones say less than the commit", () =>
    live(Effect.gen(function*() {
      const { buy, events, start, stop } = yield* opened()
      for (const name of ["a", "b", "c"]) yield* buy(name)
      yield* pass("2 seconds")
      yield* stop
      const ids = distinct(events)
      // As if nothing but the first event had ever been told.
      events.told.splice(1)
      yield* start
      yield* pass("2 seconds")
      assert.deepStrictEqual(distinct(events), ids)
    })))
})

describe("A group that is deleted", () => {
  it.effect("loses no event, and nothing of long ago is told again", () =>
    live(Effect.gen(function*() {
      const { buy, events, faults, start, stop } = yield* opened()
      yield* buy("a")
      yield* pass("2 seconds")
      yield* stop
      const { length } = events.told
      faults.forgotten = true
      yield* buy("b")
      yield* start
      yield* pass("2 seconds")
      assert.deepStrictEqual(stepsOf(events, "b"), COMPLETED)
      assert.deepStrictEqual(stepsOf(events, "a"), COMPLETED)
      assert.isAbove(events.told.length, length)
    })))
})

describe("A processor that hands over", () => {
  it.effect("says how far everything is told", () =>
    live(Effect.gen(function*() {
      const { buy, events, start, stop } = yield* opened()
      yield* pass("1 second")
      yield* buy("a")
      yield* pass("200 millis")
      yield* stop
      assert.strictEqual(nextOf(events), 4)
      const { length } = events.told
      yield* start
      yield* pass("2 seconds")
      assert.strictEqual(events.told.length, length, "so nothing is told again")
    })))
})
