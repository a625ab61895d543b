/**
 * Records are read and written by hand, for speed. The result is what the schemas say: never another order, and nothing
 * that they would refuse.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Hold from "@flash-sale/domain/records/checkout/Hold"
import { readSettlement, Settlement } from "@flash-sale/domain/records/Command"
import * as Ids from "@flash-sale/domain/records/Ids"
import { Instant, isInstant } from "@flash-sale/domain/records/Instant"
import * as Order from "@flash-sale/domain/records/Order"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Json from "@flash-sale/domain/records/wire/Json"
import * as StatusReading from "@flash-sale/domain/records/wire/StatusReading"
import { Result, Schema } from "effect"

const decodeOrder = Schema.decodeUnknownResult(Order.RecordedOrder)
const encodeOrder = Schema.encodeSync(Order.RecordedOrder)
const decodeSettlement = Schema.decodeUnknownResult(Settlement)
const encodeStatus = Schema.encodeSync(OrderStatus.StatusRecord)

const good = { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 2, payment_token: "t" }

/** Values of a field that should hold something else. */
const invalid: ReadonlyArray<unknown> = [
  undefined,
  null,
  "",
  " ",
  "a b",
  "\ud800",
  "line\n",
  0,
  -1,
  1.5,
  1e9,
  NaN,
  "1",
  true,
  [],
  {},
  ["r"],
  "x".repeat(201),
  `enc1.k1.${"n".repeat(16)}.${"c".repeat(300)}`
]

const withField = (fields: object, name: string, value: unknown): object => ({ ...fields, [name]: value })

const bodies: ReadonlyArray<unknown> = [
  good,
  { ...good, unknown: 1 },
  [good],
  null,
  "text",
  7,
  ...Object.keys(good).flatMap((field) => invalid.map((value) => ({ ...good, [field]: value }))),
  ...Object.keys(good).map((field) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== field)))
]

describe("Reading fields by hand", () => {
  const edges = [1, 2, 1000, 1001, 1_000_000, 1_000_001, 8_640_000_000_000_000, 8_640_000_000_000_001, 2 ** 53]
  const texts = [
    "r-1",
    "A_b-9",
    "a.b:c",
    "é 𝄞",
    "\u0085",
    "x".repeat(100),
    "x".repeat(101),
    "x".repeat(128),
    "x".repeat(129)
  ]
  const values = [...invalid, ...edges, ...texts]
  const agree = (name: string, schema: Schema.Constraint, isOne: (value: unknown) => boolean) => {
    const isByTheSchema = Schema.is(schema)
    it(`the hand-written check of ${name} agrees with its schema`, () => {
      for (const value of values) assert.strictEqual(isOne(value), isByTheSchema(value), String(value))
      assert.isTrue(values.some(isOne))
    })
  }
  agree("a user", Ids.UserId, Ids.isUserId)
  agree("an item", Ids.ItemId, Ids.isItemId)
  agree("a request", Ids.RequestId, Ids.isRequestId)
  agree("an amount", Ids.Amount, Ids.isAmount)
  agree("a correlation id", Ids.CorrelationId, Ids.isCorrelationId)
  agree("an attempt", Ids.Attempt, Ids.isAttempt)
  agree("an instant", Instant, (value) => typeof value === "number" && isInstant(value))
})

describe("Order by hand", () => {
  it("an order is read by hand exactly where the schema takes it", () => {
    for (const body of bodies) {
      const text = JSON.stringify(body)
      const parsed = Json.parse(text)
      const expected = Result.getOrUndefined(decodeOrder(parsed))
      assert.deepStrictEqual(Order.read(parsed), expected, text)
    }
    assert.isDefined(Order.read(good))
  })

  it("a text that is no JSON is no order", () => {
    for (const text of ["", "{", "{\"a\":}", "undefined", "\u0000"]) assert.isUndefined(Order.read(Json.parse(text)))
  })

  it("an order is written by hand as the schema writes it", () => {
    for (const body of bodies) {
      const order = Order.read(body)
      if (order === undefined) continue
      assert.deepStrictEqual(Json.parse(Order.write(order)), encodeOrder(order))
      assert.deepStrictEqual(Order.read(Json.parse(Order.write(order))), order)
    }
  })
})

describe("New orders and holds by hand", () => {
  const metadata = { colour: "red" }
  const values = [
    ...invalid,
    "4111 1111 1111 1111",
    "enc1.x",
    "..",
    "a\u202eb",
    metadata,
    { "not a name": "x" },
    JSON.parse("{\"__proto__\":\"x\"}"),
    { colour: 1 }
  ]
  const full = { ...good, metadata, hold_seconds: 60 }
  const all: ReadonlyArray<unknown> = [
    full,
    null,
    [full],
    ...Object.keys(full).flatMap((field) => [...values, 1, 3_600, 3_601].map((value) => withField(full, field, value))),
    ...Object.keys(full).map((field) => Object.fromEntries(Object.entries(full).filter(([name]) => name !== field)))
  ]
  const agree = <A>(name: string, schema: Schema.Codec<A, unknown>, readNew: (body: unknown) => A | undefined) =>
    it(`${name} is read by hand exactly where the schema takes it`, () => {
      const decode = Schema.decodeUnknownResult(schema)
      for (const value of all) {
        const parsed = Json.parse(JSON.stringify(value))
        assert.deepStrictEqual(readNew(parsed), Result.getOrUndefined(decode(parsed)), JSON.stringify(value))
      }
      assert.isDefined(readNew(full))
    })
  agree("an order", Order.Order, Order.readNew)
  agree("a hold", Hold.Hold, Hold.readNew)
})

describe("Settlement by hand", () => {
  const part = { request_id: "r-1", attempt: 1, outcome: "paid" }
  it("a settlement is read by hand exactly where the schema takes it", () => {
    for (const field of Object.keys(part)) {
      for (const value of [...invalid, "declined", "voided", 2]) {
        const parsed = Json.parse(JSON.stringify({ ...part, [field]: value }))
        assert.deepStrictEqual(readSettlement(parsed), Result.getOrUndefined(decodeSettlement(parsed)))
      }
    }
    assert.isDefined(readSettlement(part))
  })
})

describe("StatusRecord by hand", () => {
  const full: OrderStatus.StatusRecord = {
    requestId: Ids.RequestId.make("r \"é\" \u{1F600}"),
    itemId: Ids.ItemId.make("101"),
    amount: 3,
    status: "FAILED_PAYMENT",
    reason: "Payment \"Timeout\"",
    attempt: 2,
    correlationId: Ids.CorrelationId.make("c-1"),
    updatedAt: "2026-01-01T00:00:00.000Z",
    fingerprint: "u:101:3",
    placedAtOffset: Offset.make(0)
  }

  it("a status is written by hand as the schema writes it, whatever is absent", () => {
    const { amount: _amount, ...withoutAmount } = full
    const { placedAtOffset: _place, reason: _reason, ...accepted } = full
    for (const record of [full, withoutAmount, accepted]) {
      assert.deepStrictEqual(Json.parse(OrderStatus.write(record)), encodeStatus(record))
    }
  })

  const decodeStatus = Schema.decodeUnknownResult(OrderStatus.StatusRecord)
  it("a status is read by hand as the schema reads it, and none that the schema would refuse", () => {
    const written: Record<string, unknown> = JSON.parse(OrderStatus.write(full))
    const changed = Object.keys(written).flatMap((field) =>
      [...invalid, "PENDING", 1, 2].map((value) => withField(written, field, value))
    )
    const without = Object.keys(written).map((field) =>
      Object.fromEntries(Object.entries(written).filter(([name]) => name !== field))
    )
    const read = [written, ...changed, ...without].filter((value) => {
      const parsed = Json.parse(JSON.stringify(value))
      const record = StatusReading.readUsual(parsed)
      assert.deepStrictEqual(record, Result.getOrUndefined(decodeStatus(parsed)), JSON.stringify(parsed))
      return record !== undefined
    })
    assert.isAbove(read.length, 5)
    assert.isBelow(read.length, changed.length)
  })

  it("a hold, and money that goes back, are left to the schema", () => {
    const rare: Partial<OrderStatus.StatusRecord> = {
      expiresAt: "2026-01-01T00:00:00.000Z",
      confirmed: true,
      refund: "pending"
    }
    for (const [name, value] of Object.entries({ ...rare, refundDue: [] })) {
      assert.isUndefined(StatusReading.readUsual(JSON.parse(OrderStatus.write({ ...full, [name]: value }))))
    }
    for (const value of [null, 7, "text", [], [full]]) assert.isUndefined(StatusReading.readUsual(value))
  })
})
