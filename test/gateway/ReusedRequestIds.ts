/**
 * A request id that is used again after its status was forgotten, over whatever ports: whose order a buyer finds, and
 * that nothing which was answered 202 stays PENDING.
 */
import { assert, layer } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Context, Effect, type Layer, Schedule } from "effect"
import * as TestGateway from "./TestGateway.ts"

const TIMEOUT = 60_000

export class Statuses extends Context.Service<Statuses, {
  /** As if the status had expired, or the store had been emptied since. */
  readonly forget: (requestId: string) => Effect.Effect<void>
}>()("test/gateway/ReusedRequestIds/Statuses") {}

type Answer = TestGateway.Answer

const buy = (fields: Readonly<Record<string, unknown>>) =>
  Effect.flatMap(TestGateway.TestGateway, ({ send }) => send(TestGateway.order(fields)))

const isFinal = ({ body, status }: Answer): boolean =>
  status === 200 && body["status"] !== "PENDING" && body["status"] !== "RESERVED"

/** Longer than an order takes; one that stays as it is shows so. */
const PATIENCE = Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 500 }))

/** What a buyer reads of the order once it is final. */
const fate = Effect.fnUntraced(function*(requestId: string) {
  const { get } = yield* TestGateway.TestGateway
  const asked = Effect.repeat(get(`/orders/${requestId}`), { schedule: PATIENCE, until: isFinal })
  const { body, status } = yield* asked
  return [status, body["status"], body["item_id"], body["amount"]]
})

/** An order is placed, and is forgotten when it is final. */
const placed = Effect.fnUntraced(
  function*(fields: Readonly<Record<string, unknown>> & { readonly request_id: string }) {
    assert.strictEqual((yield* buy(fields)).status, 202)
    const found = yield* fate(fields.request_id)
    yield* (yield* Statuses).forget(fields.request_id)
    return found
  }
)

/** The item, but for the time at which it was asked for. */
const counts = Effect.gen(function*() {
  const { get } = yield* TestGateway.TestGateway
  const { now, ...item } = (yield* get("/items/101")).body
  assert.isString(now)
  return item
})

/** The answer to a request id that is taken. */
const refusal = ({ body, status }: Answer) => [status, body["code"], body["order_status"]]
const REUSED = [422, "request_id_reused", undefined]
const duplicate = (orderStatus: string) => [409, "duplicate_request", orderStatus]

export const suite = <E>(name: string, engine: Layer.Layer<TestGateway.Engine | Statuses, E>): void =>
  layer(engine, { excludeTestServices: true, timeout: TIMEOUT })(`A request id used again, ${name}`, (it) => {
    it.effect.each<readonly [what: string, stranger: Readonly<Record<string, unknown>>]>([
      ["another buyer", { user_id: "stranger", amount: 2 }],
      ["another amount", { user_id: "owner", amount: 3 }]
    ])(
      "an order of %s under a forgotten id finds the owner's, and changes nothing",
      ([, stranger]) =>
        Effect.gen(function*() {
          const id = `again-${stranger["amount"]}`
          const owner = { request_id: id, user_id: "owner", item_id: "101", amount: 2 }
          yield* TestGateway.stock("101", 10)
          const own = yield* placed(owner)
          assert.deepStrictEqual(own, [200, "COMPLETED", "101", 2])
          const before = yield* counts
          assert.strictEqual((yield* buy({ ...owner, ...stranger })).status, 202)
          assert.deepStrictEqual(yield* fate(id), own)
          assert.deepStrictEqual(refusal(yield* buy({ ...owner, ...stranger })), REUSED)
          assert.deepStrictEqual(refusal(yield* buy(owner)), duplicate("COMPLETED"))
          assert.deepStrictEqual(yield* counts, before)
          // The owner may as well be the first to come back.
          yield* (yield* Statuses).forget(id)
          assert.strictEqual((yield* buy(owner)).status, 202)
          assert.deepStrictEqual(yield* fate(id), own)
          assert.deepStrictEqual(refusal(yield* buy({ ...owner, ...stranger })), REUSED)
          assert.deepStrictEqual(yield* counts, before)
        }),
      TIMEOUT
    )

    it.effect(
      "a rejected order is known by its reason alone: whoever uses its id again gets that as his own",
      () =>
        Effect.gen(function*() {
          const log = yield* OrderLog
          yield* TestGateway.stock("102", 10)
          yield* TestGateway.sale("102", { perUserLimit: 2 })
          const order = {
            requestId: RequestId.make("rejected"),
            userId: UserId.make("owner"),
            itemId: ItemId.make("102")
          }
          const correlationId = CorrelationId.make("c-rejected")
          const command = Command.Place({ order: { ...order, amount: 3 }, attempt: 1, acceptedAt: 0, correlationId })
          yield* log.append(LogRecord.encode(order.itemId, command))
          assert.deepStrictEqual(yield* fate("rejected"), [200, "FAILED_LIMIT", "102", 3])
          yield* (yield* Statuses).forget("rejected")
          const stranger = { request_id: "rejected", user_id: "stranger", item_id: "102", amount: 1 }
          assert.strictEqual((yield* buy(stranger)).status, 202)
          assert.deepStrictEqual(yield* fate("rejected"), [200, "FAILED_LIMIT", "102", 1])
          assert.deepStrictEqual(refusal(yield* buy(stranger)), duplicate("FAILED_LIMIT"))
        }),
      TIMEOUT
    )

    it.effect("an order for another item under a forgotten id is an order of its own", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("103", 10)
        yield* TestGateway.stock("104", 10)
        const owner = { request_id: "both", user_id: "owner", item_id: "103", amount: 2 }
        yield* placed(owner)
        const stranger = { ...owner, user_id: "stranger", item_id: "104", amount: 1 }
        assert.strictEqual((yield* buy(stranger)).status, 202)
        assert.deepStrictEqual(yield* fate("both"), [200, "COMPLETED", "104", 1])
        assert.deepStrictEqual(refusal(yield* buy(stranger)), duplicate("COMPLETED"))
        assert.deepStrictEqual(refusal(yield* buy(owner)), REUSED)
      }), TIMEOUT)

    it.effect("an accepted order whose record cannot be understood is FAILED", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const { get } = yield* TestGateway.TestGateway
        yield* TestGateway.stock("105", 10)
        const order = { request_id: "unreadable", user_id: "owner", item_id: "105", amount: 1 }
        const own = yield* placed(order)
        yield* log.append({ itemId: ItemId.make("105"), value: "{}", headers: { request_id: "unreadable" } })
        yield* TestGateway.until(get("/orders/unreadable"), ({ body }) => body["status"] === "FAILED")
        // The order that held units is what its buyer finds, as soon as anything is said of it.
        yield* log.append({ itemId: ItemId.make("105"), value: JSON.stringify(order), headers: {} })
        yield* TestGateway.until(get("/orders/unreadable"), ({ body }) => body["status"] === "COMPLETED")
        assert.deepStrictEqual(yield* fate("unreadable"), own)
      }), TIMEOUT)
  })
