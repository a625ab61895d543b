/** The records of one order, out of a log that is given, and what is said of how far it was read. */
import { assert, describe, it } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import type { HistoryEntry } from "@flash-sale/operations/orders/HistoryEntry"
import * as OrderHistory from "@flash-sale/operations/orders/OrderHistory"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"

const itemId = ItemId.make("101")
const requestId = RequestId.make("r-1")
const correlationId = CorrelationId.make("c-1")
const userId = UserId.make("u-1")
const PARTITIONS = 4
const SECOND = 1_000

type Encodable = Parameters<typeof LogRecord.encode>[1]

const order = (id: RequestId) => ({ requestId: id, userId, itemId, amount: 1 })
const hold = (id = requestId) =>
  Command.Hold({ order: { ...order(id), holdSeconds: 60 }, acceptedAt: 0, correlationId })
const paid = (at: number, reference: string) =>
  Command.Confirm({ requestId, at, reference: PaymentReference.make(reference), correlationId })

/** A log of these commands of one item, from offset `from` on. */
const reading = (commands: ReadonlyArray<Encodable | LogRecord.NewRecord>, from = 0) => {
  const partition = home(itemId, PARTITIONS)
  const records = commands.map((one, at): LogRecord.LogRecord => {
    const { headers, value } = "_tag" in one ? LogRecord.encode(itemId, one) : one
    return {
      partition,
      offset: Offset.make(from + at),
      timestamp: (from + at) * SECOND,
      key: itemId,
      value: new TextEncoder().encode(value),
      headers
    }
  })
  const end = from + records.length
  return LogReader.of({
    partitions: Effect.succeed(PARTITIONS),
    bounds: () => Effect.succeed({ start: Offset.make(from), end: Offset.make(end) }),
    committed: () => Effect.succeed(undefined),
    read: (_, first, until) => Stream.fromIterable(records.slice(first - from, until - from).map((one) => [one])),
    damage: () => Effect.succeed(undefined)
  })
}

const history = (reader: LogReader["Service"], options?: OrderHistory.Options) =>
  Effect.provideService(OrderHistory.read(requestId, itemId, options), LogReader, reader)

/** `3 confirm RESERVED`, with a star where it had an effect. */
const words = ({ hasEffect, offset, status, type }: HistoryEntry): string =>
  `${offset} ${type} ${status}${hasEffect ? " *" : ""}`

const adjust = (target: number) =>
  LogRecord.encode(itemId, Command.Adjust({ adjustment: { command: "put" as never, target } }))
const refund = OperatorRecord.by(
  { by: "ann", reason: "came back" },
  LogRecord.encode(itemId, Command.Refund({ requestId, attempt: 1, restock: true, correlationId }))
)
const other = RequestId.make("r-2")

describe("OrderHistory", () => {
  it.effect("each record of the order, and no other, with who appended it and what the fold made of it", () =>
    Effect.gen(function*() {
      const reader = reading([
        adjust(5),
        Command.Rules({ version: 2 }),
        hold(),
        hold(other),
        paid(1, "shop-1"),
        paid(2, "shop-2"),
        Command.Cancel({ requestId, attempt: 1 }),
        Command.Expire({
          at: 70_000,
          orders: [other, requestId].map((id) => ({ requestId: id, attempt: 1, correlationId }))
        }),
        refund,
        Command.Place({ order: { ...order(requestId), amount: 2 }, attempt: 1, acceptedAt: 0, correlationId })
      ])
      const { entries, looked } = yield* history(reader)
      assert.deepStrictEqual(
        entries.map(words),
        [
          "2 hold RESERVED *",
          "4 confirm COMPLETED *",
          "5 confirm COMPLETED",
          "6 cancel COMPLETED",
          "7 expire COMPLETED",
          "8 refund REFUNDED *",
          "9 undefined REFUNDED"
        ].map((line) => line.replace("undefined", "place"))
      )
      assert.deepStrictEqual(entries.map(({ isRefundDue }) => isRefundDue), [
        false,
        false,
        true,
        false,
        false,
        false,
        false
      ])
      assert.deepStrictEqual(entries.at(5)?.operator, { by: "ann", reason: "came back" })
      assert.deepInclude(entries[1], { reference: "shop-1", timestamp: 4 * SECOND, correlationId, attempt: 1 })
      assert.isTrue(entries.at(-1)?.isReused)
      assert.deepStrictEqual(looked, {
        partition: home(itemId, PARTITIONS),
        from: 0,
        until: 10,
        end: 10,
        isFromStart: true,
        stopped: undefined
      })
    }))

  it.effect("what was not read is said: beyond the bound, before the log begins, behind unknown rules", () =>
    Effect.gen(function*() {
      const commands = [adjust(5), Command.Rules({ version: 2 }), hold(), paid(1, "shop-1")]
      const cut = yield* history(reading(commands), { maxRecords: 3 })
      assert.deepStrictEqual(cut.entries.map(words), ["2 hold RESERVED *"])
      assert.deepInclude(cut.looked, { until: 3, end: 4 })
      const late = yield* history(reading(commands, 100))
      assert.deepInclude(late.looked, { from: 100, until: 104, isFromStart: false })
      const later = yield* history(reading([...commands.slice(0, 2), Command.Rules({ version: 3 }), hold()]))
      assert.deepStrictEqual(later.entries, [])
      assert.match(String(later.looked.stopped), /rules of version 3/)
      const empty = yield* history(reading([]))
      assert.deepInclude(empty.looked, { from: 0, until: 0, end: 0 })
    }))

  it.effect("a read that takes too long is given up, and tells what it has", () =>
    Effect.gen(function*() {
      const reader = reading([adjust(5), Command.Rules({ version: 2 }), hold()])
      const slow = LogReader.of({
        ...reader,
        read: (...range) => Stream.concat(Stream.take(reader.read(...range), 2), Stream.never)
      })
      const fiber = yield* Effect.forkChild(history(slow, { within: "1 minute" }))
      yield* TestClock.adjust("1 minute")
      const { entries, looked } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(entries, [])
      assert.deepInclude(looked, { until: 2, end: 3 })
    }))
})
