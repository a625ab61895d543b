/** Who cancels an order that is being paid, or gives back one that the engine has charged: told, whatever fails. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as HoldWorld from "../holds/HoldWorld.ts"
import * as EventWorld from "./EventWorld.ts"
import type { MemoryEvents } from "./MemoryEvents.ts"

const { live, pass } = HoldWorld
const { eventsOf, opened, stepsOf } = EventWorld

const ann = { by: "ann", reason: "the buyer called" }

/** Who is said to have made each change, and why. */
const changesOf = (events: MemoryEvents, requestId: string) =>
  eventsOf(events, requestId).flatMap(({ data, type }) =>
    "change" in data && data.change !== undefined ? [[type, data.change]] : []
  )

const CANCELLED = ["order.cancel_requested RESERVED", "order.cancelled CANCELLED"]
const REFUNDED = ["order.completed COMPLETED", "order.refund_requested COMPLETED", "order.refunded REFUNDED"]

describe("A change by hand that the payment provider has a part in", () => {
  it.effect("is told with who made it, and why; the end of the order is told once it is there", () =>
    live(Effect.gen(function*() {
      const { answersNothing, buy, cancel, events, refund } = yield* opened()
      yield* buy("a")
      yield* pass("1 second")
      yield* refund("a", {}, ann)
      answersNothing()
      yield* buy("b")
      yield* pass("500 millis")
      yield* cancel("b", ann)
      yield* cancel("b", { by: "bob" })
      yield* pass("2 seconds")
      assert.deepStrictEqual(stepsOf(events, "a"), REFUNDED)
      assert.deepStrictEqual(changesOf(events, "a"), [["order.refund_requested", ann]])
      assert.deepStrictEqual(stepsOf(events, "b"), CANCELLED)
      assert.deepStrictEqual(changesOf(events, "b"), [["order.cancel_requested", ann]])
      const [asked, end] = eventsOf(events, "b")
      assert.deepInclude(asked?.data, { correlationId: "b-b", amount: 1, userId: "u-1", attempt: 1 } as never)
      assert.notStrictEqual(asked?.sequence, end?.sequence)
    })))

  it.effect("is told by the next processor where the one that folded it was killed, and its end as well", () =>
    live(Effect.gen(function*() {
      const { buy, events, kill, refund, start } = yield* opened()
      yield* buy("a")
      yield* pass("2 seconds")
      events.isAway = true
      yield* refund("a", {}, ann)
      yield* pass("3 seconds")
      // The money is back and the order refunded; what tells that waits behind what is away.
      assert.strictEqual((yield* HoldWorld.units()).sold, 0)
      yield* refund("a", {}, { by: "bob" })
      yield* pass("1 second")
      yield* kill
      events.isAway = false
      yield* start
      yield* pass("2 seconds")
      const byId = new Map(eventsOf(events, "a").toReversed().map((event) => [event.id, event]))
      const first = eventsOf(events, "a").filter((event) => byId.get(event.id) === event)
      assert.deepStrictEqual(first.map(({ type }) => type), [
        "order.completed",
        "order.refund_requested",
        "order.refunded"
      ])
      assert.deepStrictEqual(changesOf(events, "a")[0], ["order.refund_requested", ann])
    })))
})
