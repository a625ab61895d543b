import { assert, describe, it } from "@effect/vitest"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as StatusRule from "@flash-sale/domain/records/StatusRule"
import { Effect, Schema } from "effect"

const stamp = (attempt: number, status: OrderStatus.OrderStatus, place?: number): StatusRule.StatusStamp => ({
  attempt,
  status,
  ...(place === undefined ? {} : { placedAtOffset: Offset.make(place) })
})

const Reference = Schema.Literal("ref").pipe(Schema.brand("PaymentReference"))

const Stamp = Schema.Struct({
  attempt: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 })),
  status: OrderStatus.OrderStatus,
  placedAtOffset: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })).pipe(Schema.brand("Offset"))
  ),
  confirmed: Schema.optionalKey(Schema.Literal(true)),
  refund: Schema.optionalKey(Schema.Literal("pending")),
  refundDue: Schema.optionalKey(Schema.Array(Schema.Struct({ reference: Reference })).check(Schema.isMaxLength(2)))
})

const Record = Schema.Struct({
  ...Stamp.fields,
  user: Schema.Literals(["", "u", "v"]),
  item: Schema.Literals(["1", "2"])
})

const recordOf = ({ item, user, ...stamp }: typeof Record.Type): OrderStatus.StatusRecord => ({
  requestId: RequestId.make("r"),
  itemId: ItemId.make(item),
  ...stamp,
  correlationId: CorrelationId.make("c"),
  updatedAt: "",
  fingerprint: user
})

describe("StatusRule.mayReplace", () => {
  it.effect.prop("mayReplace never holds both ways", { a: Record, b: Record }, ({ a, b }) =>
    Effect.sync(() => {
      const [one, other] = [recordOf(a), recordOf(b)]
      assert.isFalse(StatusRule.mayReplace(one, other) && StatusRule.mayReplace(other, one))
    }))

  it.effect.prop(
    "a PENDING of a gateway gives way to whatever its item decides",
    { a: Record, b: Record },
    ({ a, b }) =>
      Effect.sync(() => {
        const claimed = { ...recordOf(a), ...stamp(1, "PENDING") }
        const { placedAtOffset: _, ...pending } = claimed
        const decided = { ...recordOf(b), itemId: pending.itemId, placedAtOffset: Offset.make(7) }
        if (decided.status === "PENDING") return
        assert.isTrue(StatusRule.mayReplace(pending, decided))
      })
  )

  it.effect.prop(
    "an order that held units is replaced by no other order",
    { a: Record, b: Record },
    ({ a, b }) =>
      Effect.sync(() => {
        const [owner, other] = [{ ...recordOf(a), fingerprint: "owner" }, recordOf(b)]
        // Also where its offset is forgotten, as the log was moved.
        if (OrderStatus.hasHeldUnits(owner) && owner.status !== "PENDING") {
          assert.isFalse(StatusRule.mayReplace(owner, other))
        }
      })
  )
})

describe("StatusRule.isForward", () => {
  const cases: ReadonlyArray<readonly [string, StatusRule.StatusStamp, StatusRule.StatusStamp, boolean]> = [
    ["accepted, then held", stamp(1, "PENDING"), stamp(1, "RESERVED", 4), true],
    ["held, then sold", stamp(1, "RESERVED", 4), stamp(1, "COMPLETED", 4), true],
    ["accepted, then final at once", stamp(1, "PENDING"), stamp(1, "FAILED_SOLD_OUT", 4), true],
    ["held, then accepted by a late gateway", stamp(1, "RESERVED", 4), stamp(1, "PENDING"), false],
    ["final, then held by a zombie", stamp(1, "COMPLETED", 4), stamp(1, "RESERVED", 4), false],
    ["final, then final", stamp(1, "COMPLETED", 4), stamp(1, "CANCELLED", 4), false],
    ["the same again", stamp(1, "RESERVED", 4), stamp(1, "RESERVED", 4), false],
    ["a later record of the same attempt", stamp(1, "FAILED_SOLD_OUT", 4), stamp(1, "RESERVED", 9), true],
    ["an earlier record of the same attempt", stamp(1, "RESERVED", 9), stamp(1, "FAILED_SOLD_OUT", 4), false],
    ["a replay of what failed", stamp(1, "FAILED_PAYMENT", 4), stamp(2, "PENDING"), true],
    ["the first attempt's late answer", stamp(2, "PENDING"), stamp(1, "COMPLETED", 4), false]
  ]
  for (const [name, current, next, expected] of cases) {
    it(`isForward is ${expected} for ${name}`, () => {
      assert.strictEqual(StatusRule.isForward(current, next), expected)
    })
  }

  it.effect.prop(
    "isForward never holds both ways, nor from a status to itself",
    { a: Stamp, b: Stamp },
    ({ a, b }) =>
      Effect.sync(() => {
        assert.isFalse(StatusRule.isForward(a, a))
        assert.isFalse(StatusRule.isForward(a, b) && StatusRule.isForward(b, a))
      })
  )

  it.effect.prop(
    "isForward leaves a final status only for a later attempt, a later record, a refund, or to tell more of it",
    { a: Stamp, b: Stamp },
    ({ a, b }) =>
      Effect.sync(() => {
        if (!OrderStatus.isFinal(a.status) || !StatusRule.isForward(a, b)) return
        const isLater = b.attempt > a.attempt || (b.placedAtOffset ?? -1) > (a.placedAtOffset ?? -1)
        const isRefund = b.status === "REFUNDED" && a.status !== "REFUNDED"
        const isMore = OrderStatus.step(a) === OrderStatus.step(b) && StatusRule.told(b) > StatusRule.told(a)
        assert.isTrue(isLater || isRefund || isMore)
      })
  )
})
