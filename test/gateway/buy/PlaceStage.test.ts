/** Orders of a gateway whose store admits in one step: what buyers are answered, whatever becomes of the step. */
import { assert, layer } from "@effect/vitest"
import { type AdmittedAtOnce, AtomicAdmission } from "@flash-sale/domain/ports/AtomicAdmission"
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { EncryptedToken } from "@flash-sale/domain/records/token/PaymentToken"
import { type Cipher, TokenCipher } from "@flash-sale/domain/records/token/TokenCipher"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Duration, Effect, Exit, Layer } from "effect"
import * as RecordedAppends from "../RecordedAppends.ts"
import * as TestGateway from "../TestGateway.ts"

type Ended = Exit.Exit<AdmittedAtOnce, AppendRefused | AppendUnknown>

class World extends Context.Service<World, {
  /** How the next orders end; where it is not set, as they do. */
  ending: (() => Ended) | undefined
  /** Kinds of the records that were appended. */
  readonly appended: Array<string>
  /** How often request ids were claimed. */
  claims: number
  /** Whether payment tokens can be encrypted. */
  hasKeys: boolean
}>()("test/gateway/buy/PlaceStage/World") {}

const ports = Layer.unwrap(Effect.map(World, (world) =>
  Layer.mergeAll(
    Layer.effect(
      AtomicAdmission,
      Effect.map(AtomicAdmission, (admission) => ({
        offer: (order, completion) =>
          world.ending === undefined ? admission!.offer(order, completion) : completion(world.ending())
      }))
    ),
    Layer.sync(TokenCipher, (): Cipher => ({
      encrypt: () => world.hasKeys ? EncryptedToken.make(`enc1.k1.${"n".repeat(16)}.${"c".repeat(30)}`) : undefined,
      decrypt: () => ({ why: "unknown", keyId: "k1" })
    })),
    Layer.effect(
      OrderStatuses,
      Effect.map(OrderStatuses, (statuses) => ({
        ...statuses,
        admit: (...args) => {
          world.claims++
          return statuses.admit(...args)
        }
      }))
    )
  ).pipe(
    Layer.provideMerge(RecordedAppends.layer(({ headers }) => world.appended.push(headers["type"] ?? "place"))),
    Layer.provideMerge(SqliteInfra.layerMemory)
  )))

const MAX_REQUESTS = 100
const engine = TestGateway.layerGateway({ rateLimit: { maxRequests: MAX_REQUESTS, window: Duration.minutes(10) } })
  .pipe(
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(ports),
    Layer.provideMerge(Layer.sync(World, () => ({ ending: undefined, appended: [], claims: 0, hasKeys: true })))
  )

const ITEM = "101"
const bodyOf = (id: string, more: Readonly<Record<string, unknown>> = {}) =>
  TestGateway.order({ request_id: id, user_id: `u-${id}`, item_id: ITEM, ...more })

const wordOf = ({ body, status }: TestGateway.Answer) => status === 202 ? "202" : `${status} ${body["code"]}`

layer(engine, { excludeTestServices: true })("A gateway whose store admits in one step", (it) => {
  it.effect("accepts an order without a claim, and says what its buyer has left", () =>
    Effect.gen(function*() {
      const { get, send } = yield* TestGateway.TestGateway
      const world = yield* World
      yield* TestGateway.stock(ITEM, 1_000)
      world.appended.length = 0
      const answer = yield* send(bodyOf("first"))
      assert.strictEqual(wordOf(answer), "202")
      assert.strictEqual(answer.headers.get("ratelimit"), `"user";r=${MAX_REQUESTS - 1}`)
      assert.strictEqual((yield* get("/orders/first")).status, 200)
      assert.deepStrictEqual([world.appended[0], world.claims], ["place", 0])
    }))

  it.effect("of many at once under one id one is accepted, and all others are told of it", () =>
    Effect.gen(function*() {
      const { send } = yield* TestGateway.TestGateway
      const world = yield* World
      world.appended.length = 0
      const bodies = Array.from({ length: 20 }, (_, n) => bodyOf("many", { amount: n % 4 === 3 ? 2 : 1 }))
      const answers = yield* Effect.forEach(bodies, (body) => send(body), { concurrency: "unbounded" })
      const words = Map.groupBy(answers, wordOf)
      assert.strictEqual(words.get("202")?.length, 1)
      const others = [words.get("409 duplicate_request")?.length, words.get("422 request_id_reused")?.length]
      // Whichever of the two orders came first: the other five, or the other fifteen, are other orders.
      assert.include([[14, 5], [4, 15]].map(String), String(others))
      assert.strictEqual(world.appended.filter((kind) => kind === "place").length, 1)
      assert.strictEqual(world.claims, 0)
    }))

  it.effect("refuses who is over the limit", () =>
    Effect.gen(function*() {
      const { send } = yield* TestGateway.TestGateway
      const orders = Array.from({ length: MAX_REQUESTS + 5 }, (_, n) => bodyOf(`limit-${n}`, { user_id: "eager" }))
      const answers = yield* Effect.forEach(orders, (body) => send(body), { concurrency: 20 })
      const words = Map.groupBy(answers, wordOf)
      assert.deepStrictEqual([words.get("202")?.length, words.get("429 rate_limited")?.length], [MAX_REQUESTS, 5])
      assert.isAbove(Number(words.get("429 rate_limited")![0]!.headers.get("retry-after")), 500)
    }))

  it.effect("answers by what became of the step, and leaves nothing behind", () =>
    Effect.gen(function*() {
      const { send } = yield* TestGateway.TestGateway
      const world = yield* World
      const endings: ReadonlyArray<readonly [() => Ended, string]> = [
        [() => Exit.fail(new AppendRefused({ detail: "away" })), "503 log_unavailable"],
        [() => Exit.fail(new AppendRefused({ detail: "full", overloaded: true })), "503 overloaded"],
        [() => Exit.fail(new AppendUnknown({ detail: "no answer" })), "503 outcome_unknown"],
        [() => Exit.die(new Error("a bug")), "500 internal_error"],
        [() => {
          throw new Error("a bug")
        }, "500 internal_error"]
      ]
      for (const [n, [ending, word]] of endings.entries()) {
        world.ending = ending
        assert.strictEqual(wordOf(yield* send(bodyOf(`ended-${n}`))), word)
        world.ending = undefined
        // The same order again: nothing is in its way.
        assert.strictEqual(wordOf(yield* send(bodyOf(`ended-${n}`))), "202", word)
      }
    }))

  it.effect("stops asking a store that refuses", () =>
    Effect.gen(function*() {
      const { send } = yield* TestGateway.TestGateway
      const world = yield* World
      world.ending = () => Exit.fail(new AppendRefused({ detail: "away" }))
      yield* TestGateway.until(send(bodyOf("away")), (answer) => wordOf(answer) === "503 breaker_open")
      world.ending = undefined
      yield* TestGateway.until(send(bodyOf("back")), ({ status }) => status === 202)
    }))

  it.effect("goes by a claim where the item's rules must be there first, and where the id is claimed", () =>
    Effect.gen(function*() {
      const { sendTo } = yield* TestGateway.TestGateway
      const world = yield* World
      world.appended.length = 0
      world.claims = 0
      assert.strictEqual(wordOf(yield* sendTo("/holds", bodyOf("hold-1"))), "202")
      assert.deepStrictEqual([world.appended.slice(0, 2), world.claims], [["rules", "hold"], 1])
      // Once the fold says that the item has them, a hold is admitted like any other order.
      yield* TestGateway.until(
        Effect.suspend(() => {
          world.claims = 0
          return sendTo("/holds", bodyOf(`hold-${crypto.randomUUID()}`))
        }),
        ({ status }) => status === 202 && world.claims === 0
      )
    }))

  it.effect("says of an order whose commit is not known that nobody knows, however it is asked, and to its retry", () =>
    Effect.gen(function*() {
      const { get, send } = yield* TestGateway.TestGateway
      const world = yield* World
      yield* TestGateway.stock(ITEM, 10)
      yield* TestGateway.until(get("/orders/nobody"), ({ status }) => status === 404)
      world.ending = () => Exit.fail(new AppendUnknown({ detail: "SQLite: disk full" }))
      const answers = [yield* send(bodyOf("lost")), yield* get("/orders/lost"), yield* get("/orders/lost?")]
      yield* TestGateway.sale(ITEM, { paused: true })
      answers.push(yield* send(bodyOf("lost")))
      world.ending = undefined
      yield* TestGateway.sale(ITEM, { paused: false })
      assert.deepStrictEqual(answers.map(wordOf), Array.from({ length: 4 }, () => "503 outcome_unknown"))
      assert.strictEqual(wordOf(yield* get("/orders/never")), "404 unknown_order")
      assert.strictEqual(wordOf(yield* send(bodyOf("lost"))), "202")
    }))

  it.effect("tells a retry of its order also while the keys of payment tokens are missing", () =>
    Effect.gen(function*() {
      const { send } = yield* TestGateway.TestGateway
      const world = yield* World
      yield* TestGateway.stock(ITEM, 10)
      const body = bodyOf("with-token", { payment_token: "tok_1" })
      assert.strictEqual(wordOf(yield* send(body)), "202")
      world.hasKeys = false
      const answers = [yield* send(body), yield* send(bodyOf("another", { payment_token: "tok_1" }))]
      world.hasKeys = true
      assert.deepStrictEqual(answers.map(wordOf), ["409 duplicate_request", "503 overloaded"])
    }))
})
