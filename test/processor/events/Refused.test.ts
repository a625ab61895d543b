/** The running count of orders turned away: told soon, rarely, and never lost. */
import { assert, describe, it } from "@effect/vitest"
import { Command } from "@flash-sale/domain/records/Command"
import { Effect } from "effect"
import * as HoldWorld from "../holds/HoldWorld.ts"
import * as EventWorld from "./EventWorld.ts"
import type { MemoryEvents } from "./MemoryEvents.ts"

const { live, pass } = HoldWorld
const { nextOf, opened } = EventWorld

/** Where and what each `item.refused` counts. */
const countsOf = ({ told }: MemoryEvents) =>
  told.flatMap(({ event }) =>
    event.type === "item.refused" ? [[Number(event.sequence), event.data.refused] as const] : []
  )

/** Orders for more than there is. */
const tooMany = { amount: 100 }

describe("Orders that are turned away are counted", () => {
  for (const told of ["held", "all"] as const) {
    it.effect(`by reason, in one event a second where ORDER_EVENTS is ${told}`, () =>
      live(Effect.gen(function*() {
        const { append, buy, events } = yield* opened(told)
        for (let n = 0; n < 20; n++) {
          yield* buy(`a-${n}`, tooMany)
          yield* pass("50 millis")
        }
        yield* append(Command.Sale({ patch: { paused: true } }))
        yield* buy("b")
        yield* pass("2 seconds")
        const counts = countsOf(events)
        assert.deepStrictEqual(counts.at(-1), [23, { sold_out: 20, paused: 1 }])
        assert.isAtMost(counts.length, 3)
        const { length } = events.told
        yield* buy("b")
        yield* pass("5 seconds")
        assert.deepStrictEqual(countsOf(events), counts, "an order that was turned away before is not counted again")
        assert.isAbove(events.told.length, length)
      })))
  }

  it.effect("and not told where ORDER_EVENTS is off, nor where nobody was turned away", () =>
    live(Effect.gen(function*() {
      const { buy, events, startThat, stop } = yield* opened()
      yield* buy("sold")
      yield* pass("2 seconds")
      yield* stop
      yield* startThat("off")
      yield* buy("a", tooMany)
      yield* pass("2 seconds")
      assert.deepStrictEqual(countsOf(events), [])
    })))
})

describe("A count that is not told", () => {
  it.effect("is told by the next worker after a kill, though all else was published", () =>
    live(Effect.gen(function*() {
      const { buy, events, kill, start } = yield* opened()
      events.isAway = true
      yield* buy("a", tooMany)
      yield* pass("3 seconds")
      assert.strictEqual((yield* HoldWorld.told("a"))?.status, "FAILED_SOLD_OUT")
      assert.deepStrictEqual(countsOf(events), [])
      yield* kill
      events.isAway = false
      yield* start
      yield* pass("2 seconds")
      assert.deepStrictEqual(countsOf(events), [[2, { sold_out: 1 }]])
      assert.strictEqual(nextOf(events), 3)
    })))

  it.effect("is told under the same id by a worker that never learned that it was", () =>
    live(Effect.gen(function*() {
      const { buy, events, kill, start } = yield* opened()
      yield* pass("1500 millis")
      events.isMute = true
      yield* buy("a", tooMany)
      yield* pass("3 seconds")
      assert.deepStrictEqual(countsOf(events), [[2, { sold_out: 1 }]])
      yield* kill
      events.isMute = false
      yield* start
      yield* pass("2 seconds")
      assert.deepStrictEqual(countsOf(events), [[2, { sold_out: 1 }], [2, { sold_out: 1 }]])
      assert.strictEqual(new Set(EventWorld.distinct(events)).size, 2)
    })))

  it.effect("is told after a worker that tells nothing, with what that has counted", () =>
    live(Effect.gen(function*() {
      const { buy, events, startThat, stop } = yield* opened()
      yield* buy("a", tooMany)
      yield* pass("2 seconds")
      yield* stop
      yield* startThat("off")
      yield* buy("b", tooMany)
      yield* pass("2 seconds")
      yield* stop
      yield* startThat("held")
      yield* pass("2 seconds")
      assert.deepStrictEqual(countsOf(events), [[2, { sold_out: 1 }], [3, { sold_out: 2 }]])
    })))

  it.effect("is told by a worker that hands its partition over, before it commits", () =>
    live(Effect.gen(function*() {
      const { buy, events, stop } = yield* opened()
      yield* pass("1 second")
      yield* buy("a", tooMany)
      yield* pass("50 millis")
      yield* stop
      assert.deepStrictEqual(countsOf(events), [[2, { sold_out: 1 }]])
      assert.strictEqual(nextOf(events), 3)
    })))
})
