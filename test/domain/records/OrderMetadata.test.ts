/** A shop's notes on an order: what they may be, and how they travel. */
import { assert, describe, it } from "@effect/vitest"
import { Hold } from "@flash-sale/domain/records/checkout/Hold"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint, Order } from "@flash-sale/domain/records/Order"
import * as OrderMetadata from "@flash-sale/domain/records/OrderMetadata"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Arbitrary, Effect, Result, Schema } from "effect"
import * as HistorySeeds from "../HistorySeeds.ts"

const own = (...entries: ReadonlyArray<readonly [string, string]>) => Object.fromEntries(entries)
const many = (count: number, text: string) => own(...Array.from({ length: count }, (_, n) => [`k${n}`, text] as const))

const valid: ReadonlyArray<OrderMetadata.OrderMetadata> = [
  {},
  { "A_b-9.c": "a\tb\n\u{1F600}" },
  { a: "" },
  { ["k".repeat(40)]: "x".repeat(500) },
  { a: "\u{1F600}".repeat(500) },
  own(["__proto__", "own"], ["constructor", "c"], ["10", "b"], ["9", "a"]),
  many(20, "x"),
  // `{"a":"…","b":"…","c":"…","d":"…","e":"…"}` is 36 bytes beside the texts.
  own(...["a", "b", "c", "d", "e"].map((name, n) => [name, "x".repeat(n === 4 ? 12 : 500)] as const))
]
const invalid: ReadonlyArray<unknown> = [
  undefined,
  null,
  7,
  "text",
  [],
  ["a"],
  { a: 1 },
  { a: null },
  { a: { b: "c" } },
  { "": "x" },
  { "a b": "x" },
  { "é": "x" },
  { "a\n": "x" },
  { ["k".repeat(41)]: "x" },
  { a: "x".repeat(501) },
  { a: `${"\u{1F600}".repeat(500)}x` },
  { a: "\ud800" },
  { a: "a\0b" },
  many(21, "x"),
  own(...["a", "b", "c", "d", "e"].map((name, n) => [name, "x".repeat(n === 4 ? 13 : 500)] as const)),
  many(3, "\u{1F600}".repeat(200)),
  many(10, "\u0001".repeat(40))
]

const isByTheSchema = Schema.is(OrderMetadata.Definition)

const Any = Schema.Record(
  Schema.Literals(["a", "b", "", "a b", "__proto__", "k".repeat(40), "k".repeat(41), "10"]),
  Schema.Literals(["", "x", "\ud800", "\0", "x".repeat(500), "x".repeat(501), "\u{1F600}".repeat(500), 1])
)

describe("The metadata of an order", () => {
  it("is checked by hand as the schema says", () => {
    for (const value of [...valid, ...invalid]) {
      const name = (JSON.stringify(value) ?? "undefined").slice(0, 60)
      assert.strictEqual(isByTheSchema(value), valid.some((one) => one === value), name)
      assert.strictEqual(OrderMetadata.isOrderMetadata(value), isByTheSchema(value), name)
    }
  })

  it.effect.prop(
    "whatever it may be",
    { value: Arbitrary.schema(Schema.Union([Any, Schema.Json])) },
    ({ value }) =>
      Effect.sync(() => {
        assert.strictEqual(OrderMetadata.isOrderMetadata(value), isByTheSchema(value), JSON.stringify(value))
      }),
    { arbitrary: { runs: 500, size: 20 } }
  )

  it("has one error, whatever and however much is wrong", () => {
    const order = { request_id: "r", user_id: "u", item_id: "101", amount: 1 }
    for (const schema of [Order, Hold]) {
      const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
      for (const metadata of valid) {
        assert.deepStrictEqual(Result.getOrThrow(decode({ ...order, metadata })).metadata, metadata)
      }
      for (const metadata of invalid.slice(1)) {
        const failure = Result.getOrThrow(Result.flip(decode({ ...order, metadata })))
        assert.match(failure.message, /^must be an object of at most 20 texts .*\n {2}at \["metadata"\]$/)
      }
    }
  })

  it("is written as JSON on one line, and read in that form alone", () => {
    for (const metadata of [...HistorySeeds.metadata, ...valid.map(OrderMetadata.write)]) {
      if (metadata === undefined) continue
      assert.notMatch(metadata, /[\n\t\r]/)
      assert.strictEqual(OrderMetadata.read(metadata), metadata)
      assert.strictEqual(OrderMetadata.write(OrderMetadata.parse(metadata)), metadata)
    }
    assert.isUndefined(OrderMetadata.write({}))
    assert.isUndefined(OrderMetadata.write(undefined))
    assert.strictEqual(OrderMetadata.read("{\n\"b\":\t\"1\", \"a\": \"2\" }"), "{\"b\":\"1\",\"a\":\"2\"}")
    const bad = ["", "{", "{}", "[]", "null", "\"a\"", "{\"a\":1}", "{\"a b\":\"c\"}", `{"a":"${"x".repeat(501)}"}`]
    for (const text of bad) assert.isUndefined(OrderMetadata.read(text), text)
  })

  it("is no part of what makes an order the same order", () => {
    const order = { userId: UserId.make("u"), itemId: ItemId.make("101"), amount: 1 }
    assert.strictEqual(fingerprint({ ...order, metadata: { a: "b" } } as typeof order), fingerprint(order))
  })

  const itemId = ItemId.make("101")
  const order = { requestId: RequestId.make("r"), userId: UserId.make("u"), itemId, amount: 1 }
  const known = { order, acceptedAt: 5, correlationId: CorrelationId.make("c") }
  const stored = ({ headers, value }: LogRecord.NewRecord, metadata?: string): LogRecord.LogRecord => ({
    partition: PartitionId.make(0),
    offset: Offset.make(7),
    timestamp: 6,
    key: itemId,
    value: new TextEncoder().encode(value),
    headers: metadata === undefined ? headers : { ...headers, metadata }
  })

  it("is in the header of the record, and never in its value", () => {
    for (const metadata of HistorySeeds.metadata) {
      const noted = metadata === undefined ? known : { ...known, metadata }
      for (const command of [Command.Hold(noted), Command.Place({ ...noted, attempt: 2 })]) {
        const record = LogRecord.encode(itemId, command)
        assert.strictEqual(record.headers["metadata"], metadata)
        assert.notInclude(Object.keys(JSON.parse(record.value) as object), "metadata")
        assert.deepStrictEqual(LogRecord.decode(itemId, stored(record)), command)
      }
    }
  })

  it("that cannot be read is none, and the order is taken all the same", () => {
    for (const command of [Command.Hold(known), Command.Place({ ...known, attempt: 1 })]) {
      for (const text of ["", "{", "{\"a\":1}", "{\"a b\":\"c\"}"]) {
        assert.deepStrictEqual(LogRecord.decode(itemId, stored(LogRecord.encode(itemId, command), text)), command)
      }
    }
  })
})
