import { assert, describe, it } from "@effect/vitest"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import { Effect } from "effect"
import * as Histories from "../Histories.ts"
import { by, cancel, edited, giveUp, sale, settle, to } from "../ItemCommands.ts"

const itemId = ItemId.make("101")
const encoder = new TextEncoder()

/** A record as the log holds it. */
const stored = (
  value: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {}
): LogRecord.LogRecord => ({
  partition: PartitionId.make(3),
  offset: Offset.make(42),
  timestamp: 1_700_000_000_000,
  key: itemId,
  value: typeof value === "string" ? encoder.encode(value) : value,
  headers
})

const throughTheLog = (command: Exclude<Command, { readonly _tag: "Unreadable" }>): Command => {
  const { headers, value } = LogRecord.encode(itemId, command)
  return LogRecord.decode(itemId, stored(value, headers))
}

const order = { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 2 }

describe("LogRecord", () => {
  const full = Command.Place({
    order: {
      requestId: RequestId.make("r é \u{1F600}"),
      userId: UserId.make("u"),
      itemId,
      amount: 1000,
      paymentToken: PaymentToken.make("tok \"1\"")
    },
    attempt: 3,
    acceptedAt: 1_700_000_000_123,
    correlationId: CorrelationId.make("c-1"),
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  })
  const commands = [
    full,
    settle("a", "voided", 2),
    edited(1, -5),
    by("c", 5),
    to("c", 0),
    cancel("a", 2),
    giveUp("a"),
    sale({}),
    sale({ opensAt: 0, closesAt: null, perUserLimit: 1, paused: false, price: 0, currency: "EUR" }),
    Command.Rules({ version: 7 })
  ]
  it("the headers of an order keep their order, by which people read the topic", () => {
    assert.deepStrictEqual(Object.keys(LogRecord.encode(itemId, full).headers), [
      "correlation_id",
      "request_id",
      "accepted_at",
      "attempt",
      "traceparent"
    ])
  })

  it("a record about one order carries its ids as headers, and is read the same without them", () => {
    if (full._tag !== "Place") return assert.fail()
    const { attempt, order: { requestId } } = full
    const command = Command.GiveUp({ requestId, attempt })
    const { headers, value } = LogRecord.concerning(LogRecord.encode(itemId, command), requestId, full)
    assert.deepStrictEqual(headers, {
      type: "give-up",
      correlation_id: full.correlationId,
      request_id: full.order.requestId,
      traceparent: full.traceparent ?? "none"
    })
    assert.deepStrictEqual(LogRecord.decode(itemId, stored(value, headers)), command)
  })

  for (const command of commands) {
    if (command._tag === "Unreadable") continue
    it(`a record of ${command._tag} is read as it was written: ${JSON.stringify(command)}`, () => {
      assert.deepStrictEqual(throughTheLog(command), command)
    })
  }

  it.effect.prop(
    "the records of random histories are read as they were written",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { command } of history) {
          if (command._tag !== "Unreadable") assert.deepStrictEqual(throughTheLog(command), command)
        }
      })
  )

  it("a record's headers say what it is, so that its value need not be read", () => {
    const { headers } = LogRecord.encode(itemId, full)
    assert.deepStrictEqual(headers, {
      correlation_id: "c-1",
      request_id: "r é \u{1F600}",
      accepted_at: "1700000000123",
      attempt: "3",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    })
    assert.deepStrictEqual(LogRecord.encode(itemId, Command.Rules({ version: 1 })).headers, { type: "rules" })
  })
})

describe("LogRecord: orders of other producers", () => {
  it("an order of another producer needs no headers: time and correlation id come from its offset", () => {
    const command = LogRecord.decode(itemId, stored(JSON.stringify(order)))
    assert.deepStrictEqual(
      command,
      Command.Place({
        order: { requestId: RequestId.make("r-1"), userId: UserId.make("u-1"), itemId, amount: 2 },
        attempt: 1,
        acceptedAt: 1_700_000_000_000,
        correlationId: CorrelationId.make("orders-3-42")
      })
    )
  })

  it("an order of another producer may have unknown fields, and an invalid correlation id", () => {
    const command = LogRecord.decode(
      itemId,
      stored(JSON.stringify({ ...order, colour: "red" }), { correlation_id: "no good\n" })
    )
    assert.strictEqual(command._tag, "Place")
    assert.notProperty(command._tag === "Place" ? command.order : {}, "colour")
    assert.strictEqual(command._tag === "Place" ? command.correlationId : "", "orders-3-42")
  })
})

describe("LogRecord: the trace of a record", () => {
  const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  const texts = ["00-1\r\nx-injected: yes", "\u0000", "\u2192", "", "x".repeat(30_000), `${good}-`, good.toUpperCase()]
  const traceOf = (headers: Readonly<Record<string, string>>, value: string) => {
    const command = LogRecord.decode(itemId, stored(value, headers))
    assert.notStrictEqual(command._tag, "Unreadable")
    return "traceparent" in command ? command.traceparent : undefined
  }
  const hold = JSON.stringify({ ...order, hold_seconds: 60 })
  it.each([["place", JSON.stringify(order)], ["hold", hold]])("of type %s is one, or none is kept", (type, value) => {
    for (const traceparent of texts) assert.isUndefined(traceOf({ type, traceparent }, value))
    assert.strictEqual(traceOf({ type, traceparent: good }, value), good)
  })
})

describe("LogRecord: unreadable records", () => {
  const part = { request_id: "a", attempt: 1, outcome: "paid" }
  const tooMany = Array.from({ length: 501 }, () => part)
  const records: ReadonlyArray<readonly [string, string | Uint8Array, Readonly<Record<string, string>>?]> = [
    ["no value", ""],
    ["no JSON", "{"],
    ["bytes that are no UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d)],
    ["null", "null"],
    ["a list", "[]"],
    ["a number", "7"],
    ["an empty object", "{}"],
    ["an amount of the wrong type", JSON.stringify({ ...order, amount: "2" })],
    ["no whole amount", JSON.stringify({ ...order, amount: 1.5 })],
    ["an amount of nothing", JSON.stringify({ ...order, amount: 0 })],
    ["more than may be ordered", JSON.stringify({ ...order, amount: 1001 })],
    ["an amount beyond numbers", JSON.stringify(order).replace("2}", "1e999}")],
    ["a blank request_id", JSON.stringify({ ...order, request_id: "  " })],
    ["a lone surrogate", JSON.stringify({ ...order, request_id: "\ud800" })],
    ["a control character", JSON.stringify({ ...order, request_id: "a\u0000" })],
    ["a user_id of the wrong form", JSON.stringify({ ...order, user_id: "a b" })],
    ["fields that hang on the prototype", `{"__proto__":${JSON.stringify(order)}}`],
    ["an order for another item", JSON.stringify({ ...order, item_id: "102" })],
    ["an unknown type", JSON.stringify(order), { type: "refund" }],
    ["a type that is a property of objects", JSON.stringify(order), { type: "constructor" }],
    ["an attempt that is no number", JSON.stringify(order), { attempt: "two" }],
    ["an attempt before the first", JSON.stringify(order), { attempt: "0" }],
    ["an endless attempt", JSON.stringify(order), { attempt: "Infinity" }],
    ["a time before 1970", JSON.stringify(order), { accepted_at: "-1" }],
    ["no time at all", JSON.stringify(order), { accepted_at: "" }],
    ["a settle of nothing", `{"settlements":[]}`, { type: "settle" }],
    ["a settle of too much", JSON.stringify({ settlements: tooMany }), { type: "settle" }],
    ["an outcome that is none", JSON.stringify({ settlements: [{ ...part, outcome: "lost" }] }), { type: "settle" }],
    ["an adjustment of nothing", "{}", { type: "adjust" }],
    ["an adjustment without a name", `{"delta":5}`, { type: "adjust" }],
    ["an adjustment of half a unit", `{"seq":1,"delta":0.5}`, { type: "adjust" }],
    ["an adjustment beyond all bounds", `{"seq":1,"delta":1000000001}`, { type: "adjust" }],
    ["a target below nothing", `{"command":"c","target":-1}`, { type: "adjust" }],
    ["a cancel of no order", "{}", { type: "cancel" }],
    ["a give-up without an attempt", `{"request_id":"a"}`, { type: "give-up" }],
    ["a sale that opens on a whim", `{"opens_at":"soon"}`, { type: "sale" }],
    ["a currency of the wrong form", `{"currency":"euro"}`, { type: "sale" }],
    ["rules of no version", `{"version":0}`, { type: "rules" }]
  ]
  for (const [name, value, headers] of records) {
    it(`a record is unreadable with ${name}`, () => {
      const command = LogRecord.decode(itemId, stored(value, headers))
      assert.strictEqual(command._tag, "Unreadable")
      assert.isNotEmpty(command._tag === "Unreadable" ? command.detail : "")
    })
  }

  it("an unreadable record keeps the order that its headers name", () => {
    const headers = { request_id: "r-1", correlation_id: "c-1", attempt: "2" }
    const command = LogRecord.decode(itemId, stored("{", headers))
    assert.deepInclude(command, {
      requestId: RequestId.make("r-1"),
      correlationId: CorrelationId.make("c-1"),
      attempt: 2
    })
  })

  it("an unreadable record keeps no invalid headers", () => {
    const command = LogRecord.decode(
      itemId,
      stored("{", { request_id: " ", correlation_id: "no good\n", attempt: "many" })
    )
    assert.deepInclude(command, { _tag: "Unreadable", attempt: 1 })
    assert.notProperty(command, "requestId")
    assert.notProperty(command, "correlationId")
  })

  it("a record without a key that is an item has no home partition", () => {
    assert.isUndefined(LogRecord.itemOf({ key: undefined }))
    assert.isUndefined(LogRecord.itemOf({ key: "" }))
    assert.isUndefined(LogRecord.itemOf({ key: "a b" }))
    assert.strictEqual(LogRecord.itemOf({ key: "101" }), itemId)
  })
})
