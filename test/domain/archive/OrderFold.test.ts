/** An order is the fold of the set of its events: whatever the order in which they come, and however often. */
import { assert, describe, it } from "@effect/vitest"
import * as OrderFold from "@flash-sale/domain/archive/OrderFold"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Effect, Schema } from "effect"
import { due, partition, placed, step, type Which } from "../../contract/archive/Telling.ts"

const item = ItemId.make("101")
const request = RequestId.make("r-1")
const which = (at: number, more: Partial<Which> = {}): Which => ({ item, request, at, ...more })

const TYPES = ["order.reserved", "order.confirmed", "order.completed", "order.failed", "order.refunded"] as const

/** Any events that may be told of one item and request id. */
const Told = Schema.Struct({
  kind: Schema.Literals([...TYPES, "order.refund_due"]),
  placed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
  attempt: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 })),
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
  isAnother: Schema.Boolean,
  isKnown: Schema.Boolean
})
const History = Schema.Array(Told)
const Cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))

const factsOf = (history: typeof History.Type): ReadonlyArray<OrderFold.OrderFact> => {
  const byId = new Map<string, OrderFold.OrderFact>()
  for (const { at, attempt, isAnother, isKnown, kind, placed: place } of history) {
    const about = which(place + at + 1, { attempt, placed: place, user: isAnother ? "buyer-2" : "buyer-1" })
    const data = isKnown ? placed(about) : {}
    const { event } = kind === "order.refund_due" ? due(about, `pay-${at}`, data) : step(kind, about, data)
    if (!event.type.startsWith("order.")) throw new Error(event.type)
    const fact = { partition, event: event as OrderFold.OrderFact["event"] }
    if (!byId.has(event.id)) byId.set(event.id, fact)
  }
  return [...byId.values()]
}

describe("OrderFold", () => {
  it.effect.prop(
    "an order that goes on from what is known is the order that is folded from all, or says that it cannot",
    { history: History, cut: Cut },
    ({ cut, history }) =>
      Effect.sync(() => {
        const facts = factsOf(history)
        const whole = OrderFold.of(facts)
        assert.deepStrictEqual(OrderFold.of(facts.toReversed()), whole)
        const [before, after] = [facts.slice(0, cut), facts.slice(cut)]
        if (after.length === 0) return
        const gone = OrderFold.further(OrderFold.of(before), after)
        if (gone !== undefined) assert.deepStrictEqual(gone, whole)
      }),
    { arbitrary: { runs: 2_000 } }
  )

  it("goes on without folding again where events come in their order", () => {
    const facts = factsOf([
      { kind: "order.reserved", placed: 0, attempt: 1, at: 0, isAnother: false, isKnown: true },
      { kind: "order.refund_due", placed: 0, attempt: 1, at: 1, isAnother: true, isKnown: true },
      { kind: "order.failed", placed: 0, attempt: 1, at: 2, isAnother: false, isKnown: false },
      { kind: "order.reserved", placed: 3, attempt: 2, at: 3, isAnother: false, isKnown: false },
      { kind: "order.completed", placed: 3, attempt: 2, at: 4, isAnother: false, isKnown: false }
    ])
    let order: OrderFold.FoldedOrder | undefined
    for (const fact of facts) {
      order = OrderFold.further(order, [fact])
      assert.isDefined(order)
    }
    assert.deepStrictEqual(order, OrderFold.of(facts))
    assert.deepInclude(order, { attempt: 2, status: "COMPLETED", metadata: placed(which(1)).metadata })
  })

  it("takes the order of a later attempt over one with a later place of an earlier attempt", () => {
    const order = OrderFold.of(factsOf([
      { kind: "order.completed", placed: 1, attempt: 2, at: 1, isAnother: false, isKnown: false },
      { kind: "order.failed", placed: 3, attempt: 1, at: 0, isAnother: false, isKnown: false }
    ]))
    assert.deepInclude(order, { attempt: 2, placedAtOffset: Offset.make(1), status: "COMPLETED" })
  })
})
