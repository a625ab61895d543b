/** What the admin API answers to changes of orders, over any ports. */
import { assert, type Vitest } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Clock, Effect, Schedule } from "effect"
import * as TestAdmin from "./TestAdmin.ts"

const TEST_TIMEOUT = 30_000
const REASON = "a test"

export const suite = (run: string) => (it: Vitest.MethodsNonLive<TestAdmin.Engine>) => {
  const item = ItemId.make(`${run}-orders`)
  const ask = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
    Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, `/admin/v1${path}`, { key: "ops", body, headers }))
  const cancel = (name: string, body: object = {}) =>
    ask("POST", `/orders/${run}-${name}/cancel`, { reason: REASON, ...body })
  const refund = (name: string, body: object, headers?: Readonly<Record<string, string>>) =>
    ask("POST", `/orders/${run}-${name}/refund`, { reason: REASON, ...body }, headers)
  const refused = (answer: TestAdmin.Answer, status: number, code: string, order_status?: string) => {
    assert.strictEqual(answer.status, status, answer.text)
    assert.strictEqual(answer.body["code"], code, answer.text)
    assert.isFalse(answer.body["retryable"])
    assert.strictEqual(answer.headers["x-correlation-id"], answer.body["correlation_id"])
    if (order_status !== undefined) assert.strictEqual(answer.body["order_status"], order_status)
  }
  const wrongField = (answer: TestAdmin.Answer, field: string) => {
    refused(answer, 400, "validation_failed")
    const fields = (answer.body["errors"] as ReadonlyArray<{ readonly field: string }>).map((error) => error.field)
    assert.include(fields, field, answer.text)
  }
  const append = (command: Parameters<typeof LogRecord.encode>[1], itemId = item) =>
    Effect.flatMap(OrderLog, (log) => log.append(LogRecord.encode(itemId, command)))
  const named = (name: string) => ({
    requestId: RequestId.make(`${run}-${name}`),
    userId: UserId.make(`u-${name}`),
    amount: 1
  })
  const trace = (name: string) => ({ correlationId: CorrelationId.make(`c-${run}-${name}`) })
  const acceptedAt = Effect.map(Clock.currentTimeMillis, Math.floor)
  /** The ledger's state of the order, once it is the one that is waited for. */
  const stateOf = (name: string, itemId = item) =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const store = yield* ItemStore
      const partition = home(itemId, yield* log.partitions)
      return (yield* store.readOrder(partition, itemId, RequestId.make(`${run}-${name}`))).order?.state
    })
  const until = (name: string, state: string, itemId = item) =>
    Effect.repeat(stateOf(name, itemId), { schedule: Schedule.spaced("20 millis"), until: (now) => now === state })
  const buy = (name: string, itemId = item) =>
    Effect.gen(function*() {
      const order = { ...named(name), itemId }
      yield* append(Command.Place({ order, attempt: 1, acceptedAt: yield* acceptedAt, ...trace(name) }), itemId)
      yield* until(name, "sold", itemId)
    })
  const held = (name: string) =>
    Effect.gen(function*() {
      yield* append(Command.Rules({ version: 2 }))
      const order = { ...named(name), itemId: item, holdSeconds: 3_600 }
      yield* append(Command.Hold({ order, acceptedAt: yield* acceptedAt, ...trace(name) }))
      yield* until(name, "open")
    })
  const counts = Effect.map(
    ask("GET", `/items/${item}`),
    ({ body: { available, held, sold, stocked } }) => ({ available, held, sold, stocked })
  )

  it.effect("orders: an open hold is cancelled at once, and twice is once", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("POST", `/items/${item}/stock`, { set: 10, reason: REASON })).status, 200)
      yield* held("hold-1")
      assert.deepStrictEqual(yield* counts, { available: 9, held: 1, sold: 0, stocked: 10 })
      const done = yield* cancel("hold-1", { item_id: item })
      assert.strictEqual(done.status, 200, done.text)
      const { position, ...body } = done.body
      assert.deepStrictEqual(body, {
        request_id: `${run}-hold-1`,
        item_id: item,
        attempt: 1,
        order_status: "CANCELLED",
        done: true
      })
      assert.hasAllKeys(position, ["partition", "offset"])
      const again = yield* cancel("hold-1", { item_id: item })
      assert.deepStrictEqual(again.body, { ...body, repeated: true })
      assert.deepStrictEqual(yield* counts, { available: 10, held: 0, sold: 0, stocked: 10 })
    }), TEST_TIMEOUT)

  it.effect(
    "orders: what is sold is given back, once, and its units go where the first refund says",
    () =>
      Effect.gen(function*() {
        yield* buy("sold-1")
        refused(yield* cancel("sold-1", { item_id: item }), 409, "already_completed", "COMPLETED")
        const key = { "idempotency-key": `refund-${run}` }
        const first = yield* refund("sold-1", { restock: true, item_id: item }, key)
        assert.strictEqual(first.status, 200, first.text)
        assert.deepInclude(first.body, { request_id: `${run}-sold-1`, item_id: item, attempt: 1, restock: true })
        // The provider may need longer than the answer: then it says so.
        assert.include(["COMPLETED", "REFUNDED"], first.body["order_status"])
        assert.strictEqual(first.body["done"], first.body["order_status"] === "REFUNDED")
        assert.strictEqual(first.body["refund"], first.body["done"] === true ? undefined : "pending")
        const again = yield* refund("sold-1", { restock: true, item_id: item }, key)
        assert.deepInclude(again.body, { repeated: true, restock: true }, again.text)
        refused(yield* refund("sold-1", { restock: false, item_id: item }, key), 422, "idempotency_key_reused")
        refused(yield* refund("sold-1", { restock: false, item_id: item }), 409, "refund_differs")
        const byHand = { restock: true, item_id: item, by_hand: { reference: "wire-1" } }
        const ended = yield* refund("sold-1", byHand)
        assert.deepInclude(ended.body, { order_status: "REFUNDED", done: true, restock: true }, ended.text)
        assert.notProperty(ended.body, "refund")
        refused(yield* cancel("sold-1", { item_id: item }), 409, "already_refunded", "REFUNDED")
        assert.deepStrictEqual(yield* counts, { available: 10, held: 0, sold: 0, stocked: 10 })
      }),
    TEST_TIMEOUT
  )

  it.effect(
    "orders: what the shop has taken, and what a person has paid back, is given back at once",
    () =>
      Effect.gen(function*() {
        yield* buy("sold-2")
        const byHand = { restock: false, item_id: item, by_hand: { reference: "wire-2" } }
        const written = yield* refund("sold-2", byHand)
        assert.deepInclude(written.body, { order_status: "REFUNDED", done: true, restock: false }, written.text)
        assert.deepStrictEqual(yield* counts, { available: 9, held: 0, sold: 0, stocked: 9 })
        yield* held("paid-1")
        const reference = PaymentReference.make("shop-1")
        const { requestId } = named("paid-1")
        yield* append(Command.Confirm({ requestId, at: yield* acceptedAt, reference, ...trace("paid-1") }))
        yield* until("paid-1", "sold")
        const done = yield* refund("paid-1", { restock: true, item_id: item })
        assert.deepInclude(done.body, { order_status: "REFUNDED", done: true, restock: true }, done.text)
      }),
    TEST_TIMEOUT
  )

  it.effect(
    "orders: a refund has the item folded by the rules that know it, whoever placed the order",
    () =>
      Effect.gen(function*() {
        const plain = ItemId.make(`${run}-plain`)
        yield* ask("POST", `/items/${plain}/stock`, { set: 2, reason: REASON })
        yield* buy("sold-3", plain)
        const byHand = { reference: "wire-3" }
        const done = yield* refund("sold-3", { restock: true, item_id: plain, by_hand: byHand })
        assert.deepInclude(done.body, { order_status: "REFUNDED", done: true }, done.text)
        const log = yield* OrderLog
        const store = yield* ItemStore
        assert.strictEqual((yield* store.read(home(plain, yield* log.partitions), plain)).rules, 2)
      }),
    TEST_TIMEOUT
  )

  it.effect("orders: what is not known, not completed, or makes no sense is named", () =>
    Effect.gen(function*() {
      yield* held("hold-2")
      refused(yield* refund("hold-2", { restock: true, item_id: item }), 409, "not_completed", "RESERVED")
      refused(yield* cancel("nothing"), 404, "unknown_order")
      refused(yield* cancel("nothing", { item_id: item }), 404, "unknown_order")
      refused(yield* refund("nothing", { restock: true }), 404, "unknown_order")
      wrongField(yield* refund("hold-2", {}), "restock")
      wrongField(yield* refund("hold-2", { restock: "yes" }), "restock")
      wrongField(yield* refund("hold-2", { restock: true, by_hand: {} }), "by_hand.reference")
      wrongField(yield* refund("hold-2", { restock: true, reference: "wire-1" }), "reference")
      wrongField(yield* cancel("hold-2", { item_id: "no item" }), "item_id")
      wrongField(yield* cancel("hold-2", { reason: " " }), "reason")
      assert.strictEqual(yield* stateOf("hold-2"), "open")
      // The status names the item where it is kept.
      const statuses = yield* OrderStatuses
      const kept = yield* statuses.read(RequestId.make(`${run}-hold-2`))
      const done = yield* cancel("hold-2", kept._tag === "Kept" ? {} : { item_id: item })
      assert.deepInclude(done.body, { order_status: "CANCELLED", done: true }, done.text)
    }), TEST_TIMEOUT)
}
