/** Holds from the door to their end, with a processor behind: what buyer and shop see. */
import { assert, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as TokenLayers from "@flash-sale/infra/payment/TokenLayers"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer } from "effect"
import { keysOf } from "../../infra/payment/Keys.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 30_000
const SHOP = { "content-type": "application/json", authorization: "Bearer shop" }

let made = 0
const fresh = (more: object = {}) => ({
  request_id: `hold-${made}`,
  user_id: `u-${made++}`,
  item_id: "held",
  amount: 1,
  ...more
})
type Fresh = ReturnType<typeof fresh>

const post = (path: string, body: object) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.sendTo(path, JSON.stringify(body), SHOP))
const act = ({ request_id }: Fresh, action: string, body: object = {}) => post(`/orders/${request_id}/${action}`, body)
const standing = ({ request_id }: Fresh) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.get(`/orders/${request_id}`))
const until = (order: Fresh, status: string) =>
  TestGateway.until(standing(order), ({ body }) => body["status"] === status)

/** A hold that is held. */
const held = Effect.fnUntraced(function*(more: object = {}) {
  const order = fresh(more)
  assert.strictEqual((yield* post("/holds", order)).status, 202)
  const { body } = yield* until(order, "RESERVED")
  return { order, body }
})

const engine = TestGateway.layerOver(SqliteInfra.layerMemory).pipe(Layer.provide(TokenLayers.layer(keysOf("k1"))))

layer(engine, { excludeTestServices: true, timeout: 60_000 })("A hold", (it) => {
  it.effect("is charged when it is confirmed, by the token of that call, once", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("held", 100)
      const begun = Date.now()
      const { body, order } = yield* held({ hold_seconds: 120 })
      const left = Date.parse(String(body["expires_at"])) - begun
      assert.isAtLeast(left, 120_000)
      assert.isBelow(left, 150_000)
      assert.match(String(body["expires_at"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      for (let times = 0; times < 2; times++) {
        assert.strictEqual((yield* act(order, "confirm", { payment_token: "tok_1" })).status, 202)
      }
      const completed = yield* until(order, "COMPLETED")
      assert.notProperty(completed.body, "expires_at")
      assert.strictEqual((yield* act(order, "confirm")).status, 202)
      const declined = (yield* held()).order
      assert.strictEqual((yield* act(declined, "confirm", { payment_token: "decline-it" })).status, 202)
      yield* until(declined, "FAILED_PAYMENT")
      assert.strictEqual((yield* act(declined, "confirm")).body["code"], "order_failed")
    }), TEST_TIMEOUT)

  it.effect("is sold when the shop has been paid, and a second payment is due back", () =>
    Effect.gen(function*() {
      const { order } = yield* held()
      assert.strictEqual((yield* act(order, "paid", { reference: "pi_1" })).status, 202)
      yield* until(order, "COMPLETED")
      assert.strictEqual((yield* act(order, "paid", { reference: "pi_1" })).status, 202)
      for (let times = 0; times < 2; times++) {
        const second = yield* act(order, "paid", { reference: "pi_2" })
        assert.deepInclude(second.body, { code: "already_completed", order_status: "COMPLETED", refund_due: true })
      }
      const due = yield* TestGateway.until(standing(order), ({ body }) => body["refund_due"] !== undefined)
      assert.deepInclude(due.body, { status: "COMPLETED", refund_due: [{ reference: "pi_2" }] })
    }), TEST_TIMEOUT)

  it.effect(
    "ends by itself, and what comes later is told so; a payment then is due back",
    () =>
      Effect.gen(function*() {
        const { order } = yield* held({ hold_seconds: 1 })
        yield* until(order, "EXPIRED")
        for (const action of ["confirm", "cancel"]) {
          assert.deepInclude((yield* act(order, action)).body, { code: "expired", order_status: "EXPIRED" })
        }
        const late = yield* act(order, "paid", { reference: "pi_late" })
        assert.deepInclude(late.body, { code: "expired", refund_due: true })
        const due = yield* TestGateway.until(standing(order), ({ body }) => body["refund_due"] !== undefined)
        assert.deepInclude(due.body, { status: "EXPIRED", refund_due: [{ reference: "pi_late" }] })
      }),
    TEST_TIMEOUT
  )

  it.effect(
    "is free again when it is cancelled, and an order too while it is not completed",
    () =>
      Effect.gen(function*() {
        const { order } = yield* held()
        for (let times = 0; times < 2; times++) assert.strictEqual((yield* act(order, "cancel")).status, 202)
        yield* until(order, "CANCELLED")
        assert.strictEqual((yield* act(order, "cancel")).status, 202)
        assert.strictEqual((yield* act(order, "confirm")).body["code"], "already_cancelled")
      }),
    TEST_TIMEOUT
  )

  it.effect("is followed in its stream: held, confirmed, completed", () =>
    Effect.gen(function*() {
      const { port } = yield* TestGateway.TestGateway
      const { order } = yield* held()
      const text = yield* Effect.promise(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/orders/${order.request_id}/events`, { headers: SHOP })
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
        let heard = ""
        for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
          if (heard === "") {
            await fetch(`http://127.0.0.1:${port}/orders/${order.request_id}/confirm`, {
              method: "POST",
              headers: SHOP,
              body: "{}"
            })
          }
          heard += chunk.value
        }
        return heard
      })
      const ids = Array.from(text.matchAll(/^id: (.*)$/gm), ([, id]) => id)
      assert.deepStrictEqual(ids, ["1-RESERVED", "1-RESERVED-confirmed", "1-COMPLETED"])
      assert.include(text, "\"expires_at\":\"")
    }), TEST_TIMEOUT)
})

/** The same, which would wait for the order. */
const preferring = (prefer: string, path: string, body?: object) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) =>
    body === undefined
      ? Effect.promise(async () => {
        const answer = await fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers: { ...SHOP, prefer } })
        const text = await answer.text()
        return {
          status: answer.status,
          headers: answer.headers,
          text,
          body: JSON.parse(text) as Record<string, unknown>
        }
      })
      : gateway.sendTo(path, JSON.stringify(body), { ...SHOP, prefer }))

const applied = (answer: TestGateway.Answer, status: string) => {
  assert.deepStrictEqual([answer.status, answer.body["status"]], [200, status], answer.text)
  assert.strictEqual(answer.headers.get("preference-applied"), "wait")
}

layer(engine, { excludeTestServices: true, timeout: 60_000 })("A request that prefers to wait", (it) => {
  it.effect("is answered with the order: a hold that is held, and what is final", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("held", 100)
      const hold = fresh()
      const held = yield* preferring("wait=20", "/holds", hold)
      applied(held, "RESERVED")
      assert.property(held.body, "expires_at")
      for (const prefer of ["respond-async, WAIT = 20;x=y", "wait=99999999999999999999"]) {
        applied(yield* preferring(prefer, `/orders/${hold.request_id}`), "RESERVED")
      }
      applied(yield* preferring("wait=20", `/orders/${hold.request_id}/confirm`, {}), "COMPLETED")
      const order = fresh()
      const path = "/buy"
      applied(yield* preferring("wait=\"20\"", path, order), "COMPLETED")
      // A repetition waits as well.
      applied(yield* preferring("wait=20", path, order), "COMPLETED")
      const many = Array.from({ length: 50 }, () => preferring("wait=20", path, fresh()))
      for (const answer of yield* Effect.all(many, { concurrency: "unbounded" })) applied(answer, "COMPLETED")
    }), TEST_TIMEOUT)

  it.effect(
    "is answered as soon as the order has moved, also where that was while it began to wait",
    () =>
      Effect.gen(function*() {
        const took: Array<number> = []
        for (let n = 0; n < 9; n++) {
          const hold = fresh()
          const cancel = `/orders/${hold.request_id}/cancel`
          for (const [path, body, status] of [["/holds", hold, "RESERVED"], [cancel, {}, "CANCELLED"]] as const) {
            const begun = performance.now()
            applied(yield* preferring("wait=20", path, body), status)
            took.push(performance.now() - begun)
          }
        }
        assert.isBelow(took.toSorted((one, other) => one - other)[took.length >> 1] ?? Infinity, 500)
      }),
    TEST_TIMEOUT
  )

  it.effect("hears its 409 where another call was first", () =>
    Effect.gen(function*() {
      const { order } = yield* held()
      const calls = ["confirm", "paid", "cancel"].flatMap((action) =>
        Array.from({ length: 5 }, (_, n) =>
          Effect.map(
            preferring(
              "wait=20",
              `/orders/${order.request_id}/${action}`,
              action === "paid" ? { reference: `pi_${n}` } : {}
            ),
            (answer) => ({ action, answer })
          ))
      )
      const answers = yield* Effect.all(calls, { concurrency: "unbounded" })
      const won = answers.filter(({ answer }) => answer.status === 200)
      const lost = answers.filter(({ answer }) => answer.status === 409)
      assert.strictEqual(
        won.length + lost.length,
        answers.length,
        JSON.stringify(answers.map(({ answer }) => answer.text))
      )
      assert.isAtLeast(won.length, 1)
      for (const { action, answer } of lost) {
        assert.strictEqual(answer.body["refund_due"], action === "paid" ? true : undefined)
      }
      // All that won agree on what the order is.
      assert.strictEqual(
        new Set(won.map(({ answer }) => answer.body["status"])).size,
        1
      )
    }), TEST_TIMEOUT)

  it.effect("does not wait for rubbish, nor for what is there already", () =>
    Effect.gen(function*() {
      for (const prefer of ["wait", "wait=0", "wait=-1", "wait=1.5", "wait=x", "awaits=9", "handling=strict"]) {
        const answer = yield* preferring(prefer, "/buy", fresh())
        assert.strictEqual(answer.status, 202, prefer)
        assert.isNull(answer.headers.get("preference-applied"))
      }
      assert.strictEqual((yield* preferring("wait=9", "/orders/nobody-knows-it")).status, 404)
      assert.strictEqual((yield* preferring("wait=9", "/buy", fresh({ amount: 0 }))).status, 400)
    }), TEST_TIMEOUT)
})

layer(
  TestGateway.layerGateway().pipe(Layer.provideMerge(SqliteInfra.layerMemory)),
  { excludeTestServices: true, timeout: 60_000 }
)("A hold behind a backlog", (it) => {
  it.effect(
    "that would be over before it is decided is refused, and a longer one is taken",
    () =>
      Effect.gen(function*() {
        const partition = home(ItemId.make("held"), yield* (yield* OrderLog).partitions)
        // Two seconds and more for what is appended next, as nothing is folded.
        for (let n = 0; n < 20; n++) assert.strictEqual((yield* post("/holds", fresh())).status, 202)
        yield* (yield* Backlogs).publish(partition, { folded: 0, perSecond: 10, rules: 2 })
        const short = yield* TestGateway.until(
          Effect.suspend(() => post("/holds", fresh({ hold_seconds: 1 }))),
          ({ status }) => status === 503
        )
        assert.strictEqual(short.body["code"], "overloaded")
        assert.isAtLeast(Number(short.headers.get("retry-after")), 1)
        assert.strictEqual((yield* post("/holds", fresh({ hold_seconds: 29 }))).status, 202)
        assert.strictEqual((yield* post("/holds", fresh())).status, 202)
      }),
    TEST_TIMEOUT
  )

  it.effect("that nobody decides is answered 202 when the wait is over", () =>
    Effect.gen(function*() {
      const order = fresh({ item_id: "undecided" })
      const begun = performance.now()
      for (const [path, body] of [["/buy", order], [`/orders/${order.request_id}/cancel`, {}]] as const) {
        const answer = yield* preferring("wait=1", path, body)
        assert.strictEqual(answer.status, 202, answer.text)
        assert.isNull(answer.headers.get("preference-applied"))
      }
      assert.isAtLeast(performance.now() - begun, 1_990)
      const looked = yield* preferring("wait=1", `/orders/${order.request_id}`)
      assert.deepStrictEqual([looked.status, looked.body["status"]], [200, "PENDING"])
      assert.isNull(looked.headers.get("preference-applied"))
    }), TEST_TIMEOUT)
})
