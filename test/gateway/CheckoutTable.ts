/**
 * The answer table of holds: `POST /holds`, and what is done with an order that was accepted, over HTTP and over any
 * ports. Statuses that only time or a processor brings about are written by the test, of orders that no log has.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import * as Client from "@flash-sale/domain/api/Client"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import { Faults } from "./FaultSwitches.ts"
import * as TestGateway from "./TestGateway.ts"

const TEST_TIMEOUT = 30_000
/** What the gateway of the suite must let one user send. */
export const MAX_REQUESTS = 5

const run = randomUUID().slice(0, 8)
let made = 0
const item = `${run}-held`
const fresh = (fields: Readonly<Record<string, unknown>> = {}) => {
  const n = made++
  return { request_id: `${run}-h${n}`, user_id: `${run}-u${n}`, item_id: item, amount: 1, ...fields }
}
type Fresh = ReturnType<typeof fresh>

const post = (path: string, fields: object, authorization?: string) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) =>
    gateway.sendTo(path, JSON.stringify(fields), {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization })
    }))
const hold = (fields: object) => post("/holds", fields)
const SHOP = "Bearer shop"
const act = (
  order: Fresh | string,
  action: "confirm" | "paid" | "cancel",
  body: object = {},
  authorization = SHOP
) => post(`/orders/${typeof order === "string" ? order : order.request_id}/${action}`, body, authorization)

const during = <A, E, R>(change: Partial<Faults["Service"]>, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Faults, (faults) =>
    Effect.suspend(() => {
      const before = { ...faults }
      Object.assign(faults, change)
      return Effect.ensuring(effect, Effect.sync(() => Object.assign(faults, before)))
    }))

/** What the item's ledger knows of an order. */
const ledger = (order: Fresh) =>
  Effect.gen(function*() {
    const store = yield* ItemStore
    const itemId = ItemId.make(order.item_id)
    return yield* store.readOrder(
      home(itemId, yield* (yield* OrderLog).partitions),
      itemId,
      RequestId.make(order.request_id)
    )
  }).pipe(Effect.orDie)
const untilLedger = (order: Fresh, isIt: (known: Effect.Success<ReturnType<typeof ledger>>) => boolean) =>
  Effect.repeat(ledger(order), { schedule: Schedule.spaced("5 millis"), until: isIt })

/** An order whose status is this, as whoever decides has written it. */
const plant = (status: StatusRecord["status"], more: Partial<StatusRecord> = {}, isHold = true) =>
  Effect.gen(function*() {
    const order = fresh()
    const ids = { userId: UserId.make(order.user_id), itemId: ItemId.make(order.item_id), amount: 1 }
    yield* (yield* OrderStatuses).write([{
      requestId: RequestId.make(order.request_id),
      itemId: ids.itemId,
      amount: 1,
      status,
      attempt: 1,
      correlationId: CorrelationId.make("planted"),
      updatedAt: "2026-01-01T00:00:00.000Z",
      fingerprint: fingerprint(ids, isHold),
      placedAtOffset: Offset.make(3),
      ...more
    }])
    return order
  }).pipe(Effect.orDie)

const refused = (answer: TestGateway.Answer, status: number, fields: Readonly<Record<string, unknown>>) => {
  assert.strictEqual(answer.status, status, answer.text)
  const { correlation_id, retry_after_seconds, ...rest } = answer.body
  assert.strictEqual(answer.headers.get("x-correlation-id"), correlation_id)
  const retryAfter = retry_after_seconds === undefined ? null : String(retry_after_seconds)
  assert.strictEqual(answer.headers.get("retry-after"), retryAfter)
  assert.deepStrictEqual(rest, fields)
}
const unavailable = (answer: TestGateway.Answer, code: string) =>
  refused(answer, 503, { error: "Service temporarily unavailable", code, retryable: true })
const conflict = (answer: TestGateway.Answer, code: string, order_status: string, isDue = false) =>
  refused(answer, 409, {
    error: "The order does not allow this",
    code,
    retryable: false,
    order_status,
    ...(isDue ? { refund_due: true } : {})
  })
const queued = (answer: TestGateway.Answer, status: string, order: Fresh) => {
  assert.strictEqual(answer.status, 202, answer.text)
  const { correlation_id, processing_time_ms, ...rest } = answer.body
  assert.deepStrictEqual(rest, { status, request_id: order.request_id })
  assert.strictEqual(answer.headers.get("x-correlation-id"), correlation_id)
  assert.isTrue(Number.isInteger(processing_time_ms))
  assert.strictEqual(answer.headers.get("location"), `/orders/${order.request_id}`)
}

const error = "Validation failed"
const invalid = (answer: TestGateway.Answer, field: string, message: string) =>
  refused(answer, 400, { error, code: "validation_failed", retryable: false, errors: [{ field, message }] })

export const suite = <E>(name: string, engine: Layer.Layer<TestGateway.Engine, E>) =>
  layer(engine, { excludeTestServices: true, timeout: 120_000 })(`The answer table of holds: ${name}`, (it) => {
    it.effect("202: accepted like an order, and held for as long as it says", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock(item, 10_000)
        const order = fresh({ hold_seconds: 300, unknown_field: 1 })
        // A processor that has only begun says what it knows a moment later.
        const answer = yield* TestGateway.until(hold(order), ({ body }) => body["code"] !== "upgrading")
        assert.strictEqual(answer.status, 202, answer.text)
        assert.deepInclude(answer.body, { status: "Order Queued", request_id: order.request_id })
        assert.isTrue(Number.isInteger(answer.body["estimated_wait_ms"]))
        assert.strictEqual(answer.headers.get("location"), `/orders/${order.request_id}`)
        assert.strictEqual(answer.headers.get("ratelimit"), `"user";r=${MAX_REQUESTS - 1}`)
        assert.strictEqual((yield* gateway.get(`/orders/${order.request_id}`)).status, 200)
        const held = yield* untilLedger(order, (known) => known.order !== undefined)
        assert.strictEqual(held.order?.state, "open")
        // Its time runs from when the gateway took it.
        const left = (held.open?.dueAt ?? 0) - Date.now()
        assert.isAbove(left, 270_000)
        assert.isAtMost(left, 300_000)
      }), TEST_TIMEOUT)

    it.effect(
      "400: a hold that is none, or is longer than the sale allows; the retry of one that was accepted is one",
      () =>
        Effect.gen(function*() {
          const seconds = "must be a whole number of seconds from 1 to 3600"
          for (const hold_seconds of [0, 3_601, 1.5, -1]) {
            invalid(yield* hold(fresh({ hold_seconds })), "hold_seconds", seconds)
          }
          invalid(yield* hold(fresh({ hold_seconds: "9" })), "hold_seconds", "must be a number")
          refused(yield* hold([]), 400, { error: "Invalid request body", code: "invalid_body", retryable: false })
          const short = `${run}-short`
          yield* TestGateway.stock(short, 5)
          const accepted = fresh({ item_id: short, hold_seconds: 90 })
          assert.strictEqual((yield* hold(accepted)).status, 202)
          yield* untilLedger(accepted, (known) => known.order !== undefined)
          yield* TestGateway.sale(short, { maxHoldSeconds: 60 })
          const most = "must be a whole number of seconds from 1 to 60, which is the most that this sale allows"
          invalid(yield* hold(fresh({ item_id: short, hold_seconds: 61 })), "hold_seconds", most)
          assert.strictEqual((yield* hold(fresh({ item_id: short, hold_seconds: 60 }))).status, 202)
          assert.strictEqual((yield* hold(accepted)).body["code"], "duplicate_request")
          const shown = (yield* (yield* TestGateway.TestGateway).get(`/items/${short}`)).body["sale"]
          assert.deepStrictEqual(shown, { paused: false, max_hold_seconds: 60 })
        }),
      TEST_TIMEOUT
    )

    it.effect("403, 404 and 410: as of an order", () =>
      Effect.gen(function*() {
        const closed = `${run}-closed`
        yield* TestGateway.stock(closed, 2)
        const ofItem = (more: object = {}) => hold(fresh({ item_id: closed, ...more }))
        assert.strictEqual((yield* ofItem({ amount: 3 })).body["code"], "sold_out")
        yield* TestGateway.sale(closed, { perUserLimit: 1 })
        assert.strictEqual((yield* ofItem({ amount: 2 })).body["code"], "limit")
        yield* TestGateway.sale(closed, { paused: true })
        assert.strictEqual((yield* ofItem()).body["code"], "paused")
        assert.strictEqual((yield* hold(fresh({ item_id: `${run}-nothing` }))).body["code"], "unknown_item")
      }), TEST_TIMEOUT)

    it.effect("409 and 422: a request id that is known; a hold and an order are two", () =>
      Effect.gen(function*() {
        const [held, bought] = [fresh(), fresh()]
        assert.strictEqual((yield* hold(held)).status, 202)
        assert.strictEqual((yield* post("/buy", bought)).status, 202)
        assert.strictEqual((yield* hold({ ...held, hold_seconds: 30 })).body["code"], "duplicate_request")
        for (const answer of [yield* post("/buy", held), yield* hold(bought), yield* hold({ ...held, amount: 2 })]) {
          refused(answer, 422, {
            error: "Request id belongs to another order",
            code: "request_id_reused",
            retryable: false
          })
        }
      }), TEST_TIMEOUT)

    it.effect(
      "429: holds and confirmations count in one window, payments and cancellations do not",
      () =>
        Effect.gen(function*() {
          const user_id = `${run}-eager`
          const held = fresh({ user_id })
          assert.strictEqual((yield* hold(held)).status, 202)
          const orders = yield* Effect.forEach(Array.from({ length: MAX_REQUESTS }), () => plant("RESERVED"))
          const named = { item_id: item, user_id }
          for (let n = 1; n < MAX_REQUESTS; n++) {
            queued(yield* act(orders[n]!, "confirm", named), "Confirm Queued", orders[n]!)
          }
          const over = yield* act(orders[0]!, "confirm", named)
          assert.strictEqual(over.headers.get("ratelimit"), `"user";r=0;t=${over.headers.get("retry-after")}`)
          refused(over, 429, {
            error: "Rate limit exceeded",
            code: "rate_limited",
            retryable: true,
            remaining_requests: 0
          })
          assert.strictEqual((yield* hold(fresh({ user_id }))).status, 429)
          queued(yield* act(held, "paid", { ...named, reference: "late" }), "Paid Queued", held)
          // Another one: the one that is paid for may be over by now.
          queued(yield* act(orders[0]!, "cancel", {}), "Cancel Queued", orders[0]!)
        }),
      TEST_TIMEOUT
    )

    it.effect(
      "202: what is open may be confirmed, paid for and cancelled, also while nobody has decided it",
      () =>
        Effect.gen(function*() {
          for (const status of ["PENDING", "RESERVED"] as const) {
            const [one, two, three] = [yield* plant(status), yield* plant(status), yield* plant(status)]
            queued(yield* act(one, "confirm", { payment_token: "tok_1" }), "Confirm Queued", one)
            queued(yield* act(two, "paid", { reference: "pi_1" }), "Paid Queued", two)
            queued(yield* act(three, "cancel"), "Cancel Queued", three)
          }
          const confirmed = yield* plant("RESERVED", { confirmed: true })
          queued(yield* act(confirmed, "confirm"), "Confirm Queued", confirmed)
          queued(yield* act(confirmed, "cancel"), "Cancel Queued", confirmed)
        }),
      TEST_TIMEOUT
    )

    it.effect("202: a call without a body, as it may leave all of it out", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const order = yield* plant("RESERVED")
        queued(yield* gateway.ask("POST", `/orders/${order.request_id}/confirm`), "Confirm Queued", order)
        queued(yield* gateway.ask("POST", `/orders/${order.request_id}/cancel`), "Cancel Queued", order)
      }), TEST_TIMEOUT)

    it.effect("409: what came first, and the same call again says the same", () =>
      Effect.gen(function*() {
        const cases = [
          ["EXPIRED", "expired", "expired"],
          ["CANCELLED", "already_cancelled", undefined],
          ["FAILED_PAYMENT", "order_failed", "order_failed"],
          ["FAILED_SOLD_OUT", "order_failed", "order_failed"],
          ["REFUNDED", "already_refunded", "already_refunded"]
        ] as const
        for (const [status, code, ofCancel] of cases) {
          const order = yield* plant(status)
          for (let times = 0; times < 2; times++) {
            conflict(yield* act(order, "confirm"), code, status)
            if (ofCancel === undefined) queued(yield* act(order, "cancel"), "Cancel Queued", order)
            else conflict(yield* act(order, "cancel"), ofCancel, status)
          }
        }
        const bought = yield* plant("COMPLETED", {}, false)
        conflict(yield* act(bought, "confirm"), "not_a_hold", "COMPLETED")
        conflict(yield* act(bought, "cancel"), "already_completed", "COMPLETED")
      }), TEST_TIMEOUT)

    it.effect(
      "409 with refund_due: a payment that came too late is kept, once for each reference",
      () =>
        Effect.gen(function*() {
          const cases = [
            [yield* plant("EXPIRED"), "expired"],
            [yield* plant("CANCELLED"), "already_cancelled"],
            [yield* plant("FAILED"), "order_failed"],
            [yield* plant("COMPLETED", {}, false), "already_completed"],
            [yield* plant("RESERVED", { confirmed: true }), "already_confirmed"]
          ] as const
          for (const [order, code] of cases) {
            const status = String(
              (yield* (yield* TestGateway.TestGateway).get(`/orders/${order.request_id}`)).body["status"]
            )
            for (const reference of ["one", "one", "two"]) {
              conflict(yield* act(order, "paid", { reference }), code, status, true)
            }
            const { refundsDue } = yield* untilLedger(order, (known) => known.refundsDue.length >= 2)
            assert.deepStrictEqual(refundsDue.map(({ reference, userId }) => [String(reference), userId]), [
              ["one", UserId.make(order.user_id)],
              ["two", UserId.make(order.user_id)]
            ])
          }
        }),
      TEST_TIMEOUT
    )

    it.effect("the ledger says who won: who repeats the call that did is told so", () =>
      Effect.gen(function*() {
        const statuses = yield* OrderStatuses
        const [charged, paid] = [fresh(), fresh()]
        for (const order of [charged, paid]) {
          assert.strictEqual((yield* hold(order)).status, 202)
          yield* untilLedger(order, (known) => known.order !== undefined)
        }
        const completed = (order: Fresh) =>
          Effect.flatMap(untilLedger(order, (known) => known.order?.state === "sold"), (known) =>
            statuses.write([{
              requestId: RequestId.make(order.request_id),
              itemId: ItemId.make(order.item_id),
              amount: 1,
              status: "COMPLETED",
              attempt: 1,
              correlationId: CorrelationId.make("planted"),
              updatedAt: "2026-01-01T00:00:00.000Z",
              fingerprint: fingerprint({
                userId: UserId.make(order.user_id),
                itemId: ItemId.make(order.item_id),
                amount: 1
              }, true),
              placedAtOffset: Offset.make(known.order?.placedAtOffset ?? 0)
            }]))
        queued(yield* act(charged, "confirm", { payment_token: "tok_1" }), "Confirm Queued", charged)
        queued(yield* act(paid, "paid", { reference: "pi_1" }), "Paid Queued", paid)
        yield* completed(charged)
        yield* completed(paid)
        assert.deepStrictEqual((yield* ledger(paid)).order?.hold?.reference, PaymentReference.make("pi_1"))
        queued(yield* act(charged, "confirm", { payment_token: "tok_2" }), "Confirm Queued", charged)
        queued(yield* act(paid, "paid", { reference: "pi_1" }), "Paid Queued", paid)
        conflict(yield* act(paid, "confirm"), "already_completed", "COMPLETED")
        conflict(yield* act(paid, "paid", { reference: "pi_2" }), "already_completed", "COMPLETED", true)
        conflict(yield* act(charged, "paid", { reference: "pi_3" }), "already_completed", "COMPLETED", true)
        conflict(yield* act(charged, "cancel"), "already_completed", "COMPLETED")
        yield* untilLedger(paid, (known) => known.refundsDue.length === 1)
        yield* untilLedger(charged, (known) => known.refundsDue.length === 1)
      }), TEST_TIMEOUT)

    it.effect("a hold that is cancelled is free at once", () =>
      Effect.gen(function*() {
        const order = fresh()
        assert.strictEqual((yield* hold(order)).status, 202)
        queued(yield* act(order, "cancel"), "Cancel Queued", order)
        const { order: known } = yield* untilLedger(order, (found) => found.order?.state === "released")
        assert.strictEqual(known?.reason, "cancelled")
      }), TEST_TIMEOUT)

    it.effect("404 and 422: an order that nobody knows, and one that is another's", () =>
      Effect.gen(function*() {
        for (const action of ["confirm", "paid", "cancel"] as const) {
          const body = action === "paid" ? { reference: "pi_1" } : {}
          const unknown = yield* act(`${run}-nobody`, action, body)
          refused(unknown, 404, { error: "Unknown order", code: "unknown_order", retryable: false })
          const order = yield* plant("RESERVED")
          for (const named of [{ item_id: `${run}-other` }, { user_id: `${run}-other` }]) {
            assert.strictEqual((yield* act(order, action, { ...body, ...named })).body["code"], "request_id_reused")
          }
        }
      }), TEST_TIMEOUT)

    it.effect("400 and 415: bodies of calls", () =>
      Effect.gen(function*() {
        const order = yield* plant("RESERVED")
        const path = `/orders/${order.request_id}`
        const reference = "must be 1 to 200 well-formed characters, not blank, without control characters"
        invalid(yield* act(order, "paid"), "reference", "is required")
        invalid(yield* act(order, "paid", { reference: " " }), "reference", reference)
        const card = "must be a token of the payment provider, and never the number of a card"
        invalid(yield* act(order, "confirm", { payment_token: "4111 1111 1111 1111" }), "payment_token", card)
        const gateway = yield* TestGateway.TestGateway
        const headers = { "content-type": "application/json", authorization: SHOP }
        const twice = yield* gateway.sendTo(`${path}/paid`, "{\"reference\":\"a\",\"reference\":\"b\"}", headers)
        invalid(twice, "reference", "is there twice")
        for (const action of ["confirm", "cancel"]) {
          const text = yield* gateway.sendTo(`${path}/${action}`, "{}", { "content-type": "text/plain" })
          assert.strictEqual(text.body["code"], "unsupported_media_type")
          // As some clients declare what is not there.
          for (const type of ["application/x-www-form-urlencoded", "text/plain"]) {
            const empty = yield* gateway.sendTo(`${path}/${action}`, "", { ...headers, "content-type": type })
            queued(empty, action === "confirm" ? "Confirm Queued" : "Cancel Queued", order)
          }
          const wrong = yield* gateway.sendTo(`${path}/${action}`, "[]", headers)
          assert.strictEqual(wrong.body["code"], "invalid_body")
        }
        assert.strictEqual((yield* gateway.ask("GET", `${path}/confirm`)).headers.get("allow"), "POST")
        const large = yield* gateway.sendTo(`${path}/confirm`, `{"x":"${"x".repeat(17_000)}"}`, headers)
        assert.strictEqual(large.body["code"], "body_too_large")
        for (const spelt of ["/holds/", "//holds", "/HOLDS", `${path}/Confirm`, `${path}/confirm/`]) {
          assert.strictEqual((yield* gateway.sendTo(spelt, "{}", headers)).body["code"], "not_found", spelt)
        }
      }), TEST_TIMEOUT)

    it.effect(
      "503: no log, a full line, an unknown outcome, no store; then the same call again",
      () =>
        Effect.gen(function*() {
          for (
            const [log, code] of [["full", "overloaded"], ["away", "log_unavailable"], [
              "lost",
              "outcome_unknown"
            ]] as const
          ) {
            const held = fresh()
            unavailable(yield* during({ log }, hold(held)), code)
            const again = yield* hold(held)
            if (log === "lost") yield* untilLedger(held, (known) => known.order !== undefined)
            else assert.strictEqual(again.status, 202)
            const order = yield* plant("RESERVED")
            unavailable(yield* during({ log }, act(order, "paid", { reference: "pi_1" })), code)
            queued(yield* act(order, "paid", { reference: "pi_1" }), "Paid Queued", order)
            unavailable(yield* during({ log }, act(order, "cancel")), code)
            // So that the breaker does not open.
            queued(yield* act(order, "cancel"), "Cancel Queued", order)
          }
          const order = yield* plant("RESERVED")
          for (const action of ["confirm", "cancel"] as const) {
            unavailable(yield* during({ store: "away" }, act(order, action)), "store_unavailable")
          }
          const bug = yield* during({ log: "bug" }, act(order, "cancel"))
          refused(bug, 500, { error: "Internal server error", code: "internal_error", retryable: true })
        }),
      TEST_TIMEOUT
    )

    it.effect(
      "202 without a look: an order that the shop names is paid for while the store is away",
      () =>
        Effect.gen(function*() {
          const order = fresh()
          assert.strictEqual((yield* hold(order)).status, 202)
          yield* untilLedger(order, (known) => known.order !== undefined)
          const named = { item_id: order.item_id, user_id: order.user_id }
          const answer = yield* during({ store: "away" }, act(order, "paid", { ...named, reference: "pi_1" }))
          queued(answer, "Paid Queued", order)
          yield* untilLedger(order, (known) => known.order?.state === "sold")
          // Another one's order is not paid for so: the payment is kept as due.
          const other = fresh()
          assert.strictEqual((yield* hold(other)).status, 202)
          const wrong = { item_id: other.item_id, user_id: `${run}-other`, reference: "pi_2" }
          queued(yield* act(other, "paid", wrong), "Paid Queued", other)
          const known = yield* untilLedger(other, ({ refundsDue }) => refundsDue.length === 1)
          assert.strictEqual(known.order?.state, "open")
        }),
      TEST_TIMEOUT
    )

    it.effect("GET shows what is known of a hold, and whose it is to a key alone", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const expiresAt = "2026-01-01T00:10:00.000Z"
        const order = yield* plant("RESERVED", { expiresAt })
        const shown = yield* gateway.get(`/orders/${order.request_id}`)
        assert.deepInclude(shown.body, { status: "RESERVED", expires_at: expiresAt })
        assert.notProperty(shown.body, "user_id")
        const toShop = yield* Effect.promise(() =>
          fetch(`http://127.0.0.1:${gateway.port}/orders/${order.request_id}`, { headers: { authorization: SHOP } })
            .then((answer) => answer.json())
        )
        assert.propertyVal(toShop, "user_id", order.user_id)
        const confirmed = yield* plant("RESERVED", { confirmed: true })
        assert.deepInclude((yield* gateway.get(`/orders/${confirmed.request_id}`)).body, { confirmed: true })
        const due = yield* plant("COMPLETED", {
          refund: "pending",
          refundDue: [{ reference: PaymentReference.make("pi_9") }]
        })
        assert.deepInclude((yield* gateway.get(`/orders/${due.request_id}`)).body, {
          status: "COMPLETED",
          refund: "pending",
          refund_due: [{ reference: "pi_9" }]
        })
      }), TEST_TIMEOUT)

    it.effect(
      "every answer is a value of its type for a client that is made from the definition",
      () =>
        Effect.gen(function*() {
          const { port } = yield* TestGateway.TestGateway
          const client = yield* Client.make(`http://127.0.0.1:${port}`)
          const held = fresh()
          const payload = {
            requestId: RequestId.make(held.request_id),
            userId: UserId.make(held.user_id),
            itemId: ItemId.make(held.item_id),
            amount: 1,
            holdSeconds: 60
          }
          assert.strictEqual((yield* client.orders.hold({ payload })).body.status, "Order Queued")
          const params = { request_id: payload.requestId }
          const confirmed = yield* client.checkout.confirm({ params, payload: null })
          assert.strictEqual(confirmed.body.status, "Confirm Queued")
          assert.strictEqual((yield* client.checkout.cancel({ params, payload: {} })).body.status, "Cancel Queued")
          const expired = yield* plant("EXPIRED")
          const late = yield* Effect.flip(
            client.checkout.cancel({ params: { request_id: RequestId.make(expired.request_id) }, payload: {} })
          )
          assert.strictEqual(late._tag, "OrderConflict")
        }).pipe(Effect.provide(NodeHttpClient.layerUndici)),
      TEST_TIMEOUT
    )
  })
