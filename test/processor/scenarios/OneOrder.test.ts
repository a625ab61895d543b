/** The processor over the embedded adapters: one order, end to end, in virtual time. */
import { assert, layer } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

const engine = (failureRate: number) =>
  Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provideMerge(SimulatedPayments.layer({ failureRate, latency: Duration.millis(100) })),
    Layer.provideMerge(SqliteInfra.layerMemory)
  )

const order = (requestId: string, itemId: string, amount = 1, paymentToken?: string) =>
  LogRecord.encode(
    ItemId.make(itemId),
    Command.Place({
      order: {
        requestId: RequestId.make(requestId),
        userId: UserId.make("u-1"),
        itemId: ItemId.make(itemId),
        amount,
        ...(paymentToken === undefined ? {} : { paymentToken: PaymentToken.make(paymentToken) })
      },
      attempt: 1,
      acceptedAt: 0,
      correlationId: CorrelationId.make("c-1")
    })
  )

const stock = (itemId: string, delta: number) =>
  LogRecord.encode(
    ItemId.make(itemId),
    Command.Adjust({ adjustment: { command: CommandId.make(`stock-${delta}`), delta } })
  )

/** Lets virtual time pass until the order is final. */
const fate = (requestId: string) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    let record: StatusRecord | undefined
    for (let step = 0; step < 1_000 && (record === undefined || !isFinal(record.status)); step++) {
      yield* TestClock.adjust("100 millis")
      const lookup = yield* statuses.read(RequestId.make(requestId))
      record = lookup._tag === "Kept" ? lookup.record : undefined
    }
    return record
  })

const counts = (itemId: string) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const id = ItemId.make(itemId)
    const { available, held, stocked, sold } = yield* store.read(home(id, yield* log.partitions), id)
    return { available, held, put: stocked, sold }
  })

layer(engine(0))("Processor, every payment answered", (it) => {
  it.effect("orders are sold as far as stock goes, and the rest are rejected", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* log.append(stock("101", 2))
      for (const [requestId, amount] of [["a", 1], ["b", 2], ["c", 1], ["d", 1]] as const) {
        yield* log.append(order(requestId, "101", amount))
      }
      assert.strictEqual((yield* fate("a"))?.status, "COMPLETED")
      assert.strictEqual((yield* fate("b"))?.status, "FAILED_SOLD_OUT")
      assert.strictEqual((yield* fate("c"))?.status, "COMPLETED")
      assert.strictEqual((yield* fate("d"))?.status, "FAILED_SOLD_OUT")
      assert.deepStrictEqual(yield* counts("101"), { available: 0, held: 0, put: 2, sold: 2 })
    }))

  it.effect("a declined payment gives the units back", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* log.append(stock("102", 3))
      yield* log.append(order("declined", "102", 3, "decline-me"))
      const record = yield* fate("declined")
      assert.strictEqual(record?.status, "FAILED_PAYMENT")
      assert.strictEqual(record?.reason, "Payment Declined")
      assert.deepStrictEqual(yield* counts("102"), { available: 3, held: 0, put: 3, sold: 0 })
    }))

  it.effect("an unreadable record is dead-lettered byte for byte, and the partition goes on", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const deadLetters = yield* DeadLetters
      yield* log.append(stock("103", 1))
      yield* log.append({ itemId: ItemId.make("103"), value: "{\"not\":\"an order", headers: { request_id: "poison" } })
      yield* log.append(order("after", "103"))
      assert.strictEqual((yield* fate("after"))?.status, "COMPLETED")
      assert.strictEqual((yield* fate("poison"))?.status, "FAILED")
      const letters = (yield* deadLetters.list(100)).filter((letter) => letter.key === "103")
      assert.deepStrictEqual(
        letters.map(({ error, requestId, value }) => [error, requestId, new TextDecoder().decode(value)]),
        [["Invalid Order Format", "poison", "{\"not\":\"an order"]]
      )
    }))

  it.effect("a second record of the same order gets the first one's status", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* log.append(stock("104", 5))
      yield* log.append(order("twice", "104"))
      yield* log.append(order("twice", "104"))
      assert.strictEqual((yield* fate("twice"))?.status, "COMPLETED")
      assert.deepStrictEqual(yield* counts("104"), { available: 4, held: 0, put: 5, sold: 1 })
    }))
})

layer(engine(1))("Processor, no payment answered", (it) => {
  it.effect("an unanswered payment is given up, voided, released and dead-lettered", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const deadLetters = yield* DeadLetters
      yield* log.append(stock("101", 1))
      yield* log.append(order("silent", "101"))
      const record = yield* fate("silent")
      assert.strictEqual(record?.status, "FAILED_PAYMENT")
      assert.strictEqual(record?.reason, "Payment Timeout")
      assert.deepStrictEqual(yield* counts("101"), { available: 1, held: 0, put: 1, sold: 0 })
      const letters = yield* deadLetters.list(100)
      assert.deepStrictEqual(
        letters.map(({ error, requestId }) => `${error}: ${requestId}`),
        ["Payment Timeout: silent"]
      )
    }))
})
