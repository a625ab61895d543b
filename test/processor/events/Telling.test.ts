/** What a processor tells of orders and items: each step once, in order, as the ledger has it. */
import { assert, describe, it } from "@effect/vitest"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { Effect } from "effect"
import * as HoldWorld from "../holds/HoldWorld.ts"
import * as EventWorld from "./EventWorld.ts"

const { live, pass } = HoldWorld
const { distinct, eventsOf, idsOf, nextOf, opened, stepsOf } = EventWorld

type Steps = (world: EventWorld.EventWorld) => Effect.Effect<unknown, unknown, OrderLog>

const RESERVED = "order.reserved RESERVED"
const CONFIRMED = "order.confirmed RESERVED"
const COMPLETED = "order.completed COMPLETED"
const FAILED = "order.failed FAILED_PAYMENT"

describe("A processor tells the steps of an order", () => {
  const cases: ReadonlyArray<readonly [what: string, steps: Steps, told: ReadonlyArray<string>]> = [
    ["that is paid", ({ buy }) => buy("a"), [COMPLETED]],
    ["that is declined", ({ buy, provider }) => {
      provider.charge = () => Effect.succeed("declined")
      return buy("a")
    }, [FAILED]],
    ["that is given up", ({ answersNothing, buy, giveUp }) => {
      answersNothing()
      return buy("a").pipe(Effect.andThen(pass("500 millis")), Effect.andThen(giveUp("a")))
    }, [FAILED]],
    ["that is cancelled while it is paid", ({ answersNothing, buy, cancel }) => {
      answersNothing()
      return buy("a").pipe(Effect.andThen(pass("500 millis")), Effect.andThen(cancel("a")))
    }, ["order.cancelled CANCELLED"]],
    ["that is held and confirmed", ({ confirm, hold }) => Effect.andThen(hold("a"), confirm("a")), [
      RESERVED,
      CONFIRMED,
      COMPLETED
    ]],
    ["that is held and paid elsewhere", ({ hold, paid }) => Effect.andThen(hold("a"), paid("a", "pay-1")), [
      RESERVED,
      COMPLETED
    ]],
    ["that is held and cancelled", ({ cancel, hold }) => Effect.andThen(hold("a"), cancel("a")), [
      RESERVED,
      "order.cancelled CANCELLED"
    ]],
    ["that is held and forgotten", ({ hold }) => Effect.andThen(hold("a", { holdSeconds: 60 }), pass("65 seconds")), [
      RESERVED,
      "order.expired EXPIRED"
    ]],
    [
      "that is given back",
      ({ buy, refund }) => buy("a").pipe(Effect.andThen(pass("1 second")), Effect.andThen(refund("a"))),
      [
        COMPLETED,
        "order.refunded REFUNDED"
      ]
    ],
    [
      "that is paid twice",
      ({ hold, paid }) => hold("a").pipe(Effect.andThen(paid("a", "pay-1")), Effect.andThen(paid("a", "pay-2"))),
      [
        RESERVED,
        COMPLETED,
        "order.refund_due"
      ]
    ]
  ]
  for (const [what, steps, told] of cases) {
    it.effect(what, () =>
      live(Effect.gen(function*() {
        const world = yield* opened()
        yield* Effect.orDie(steps(world))
        yield* pass("2 seconds")
        assert.deepStrictEqual(stepsOf(world.events, "a"), told)
        assert.strictEqual(new Set(idsOf(world.events)).size, idsOf(world.events).length)
      })))
  }
})

describe("An event", () => {
  it.effect("has what the record that placed its order says, also where another one tells it", () =>
    live(Effect.gen(function*() {
      const { buy, events } = yield* opened()
      yield* buy("a", { amount: 2 })
      yield* pass("1 second")
      const [event] = eventsOf(events, "a")
      assert.deepInclude(event?.data, {
        requestId: "a",
        itemId: "101",
        userId: "u-1",
        amount: 2,
        status: "COMPLETED",
        attempt: 1,
        acceptedAt: "1970-01-01T00:00:01.000Z",
        correlationId: "b-a"
      } as never)
    })))

  it.effect("of a confirmed hold has the trace of the hold, and not that of who confirmed it", () =>
    live(Effect.gen(function*() {
      const { confirm, events, hold } = yield* opened()
      yield* hold("a")
      yield* pass("1 second")
      yield* confirm("a")
      yield* pass("1 second")
      const data = eventsOf(events, "a").map(({ data }) =>
        "requestId" in data ? [data.correlationId, data.acceptedAt] : []
      )
      assert.deepStrictEqual(data, [["c-a", "1970-01-01T00:00:01.000Z"], ["c-a", undefined], ["c-a", undefined]])
    })))

  it.effect("tells of stock and of a sale's settings", () =>
    live(Effect.gen(function*() {
      const { append, events } = yield* opened()
      yield* append(Command.Sale({ patch: { paused: true } }))
      yield* pass("2 seconds")
      // Each partition says first from where on it is told.
      const told = events.told.filter(({ event, next }) => event.type !== "log.position" || next > 0)
      const [{ partition } = { partition: 0 }] = told
      assert.deepStrictEqual(told.map(({ event, next }) => [event.type, event.id, next]), [
        ["item.adjusted", "101:command:stock", 0],
        ["sale.changed", `${partition}-2-sale`, 2],
        ["log.position", `${partition}-3-position`, 3]
      ])
    })))
})

describe("Orders that are turned away", () => {
  for (const [told, steps] of [["held", []], ["all", ["order.failed FAILED_SOLD_OUT"]]] as const) {
    it.effect(`are told ${told === "all" ? "one by one" : "as a count"} where ORDER_EVENTS is ${told}`, () =>
      live(Effect.gen(function*() {
        const { buy, events } = yield* opened(told, 1)
        yield* buy("a", { amount: 2 })
        yield* pass("2 seconds")
        assert.deepStrictEqual(stepsOf(events, "a"), steps)
      })))
  }

  it.effect("move how far everything is told, within a second", () =>
    live(Effect.gen(function*() {
      const { buy, events } = yield* opened("held", 1)
      yield* pass("1 second")
      assert.strictEqual(nextOf(events), 2)
      for (let n = 0; n < 5; n++) yield* buy(`a-${n}`, { amount: 2 })
      yield* pass("1500 millis")
      assert.strictEqual(nextOf(events), 7)
      assert.strictEqual(events.told.at(-1)?.event.type, "log.position")
      const [stocked, ...counts] = distinct(events)
      assert.strictEqual(stocked, "101:command:stock")
      for (const id of counts) assert.match(id, /-refused:101$/)
      const { length } = events.told
      yield* pass("5 seconds")
      assert.strictEqual(events.told.length, length, "nothing has moved, so nothing is told")
    })))
})
