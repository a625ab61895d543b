/** Changes of stock that are sent again, by several, to several, and after a death in between. */
import { assert, layer } from "@effect/vitest"
import { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Context, Effect, Layer } from "effect"
import { Faults } from "../../gateway/FaultSwitches.ts"
import * as TestGateway from "../../gateway/TestGateway.ts"
import * as TestAdmin from "../TestAdmin.ts"

const TEST_TIMEOUT = 30_000
const REASON = "a delivery"

const stock = (item: string, change: object, idempotencyKey?: string, key = "ops") =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) =>
    admin.ask("POST", `/admin/v1/items/${item}/stock`, {
      key,
      body: { reason: REASON, ...change },
      headers: idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }
    }))
const available = (item: string) =>
  Effect.flatMap(
    TestAdmin.TestAdmin,
    (admin) => Effect.map(admin.ask("GET", `/admin/v1/items/${item}`, { key: "ops" }), ({ body }) => body["available"])
  )

const during = <A, E, R>(change: Partial<Faults["Service"]>, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Faults, (faults) =>
    Effect.suspend(() => {
      const before = { ...faults }
      Object.assign(faults, change)
      return Effect.ensuring(effect, Effect.sync(() => Object.assign(faults, before)))
    }))

layer(TestAdmin.layer(), { excludeTestServices: true, timeout: 60_000 })("A change of stock", (it) => {
  it.effect(
    "counts once under its key, however often it is sent, and at the same moment",
    () =>
      Effect.gen(function*() {
        yield* stock("once", { set: 0 })
        const answers = yield* Effect.forEach(
          Array.from({ length: 20 }),
          () => stock("once", { add: 7 }, "delivery-1"),
          { concurrency: "unbounded" }
        )
        for (const { status, text } of answers) assert.strictEqual(status, 200, text)
        assert.strictEqual(answers.filter(({ body }) => body["repeated"] !== true).length, 1)
        assert.strictEqual(yield* available("once"), 7)
      }),
    TEST_TIMEOUT
  )

  it.effect("is no repetition where it was refused before anything was sent", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* stock("unborn", { add: 3 }, "delivery-0")).status, 404)
      yield* stock("unborn", { set: 0 })
      const made = yield* stock("unborn", { add: 3 }, "delivery-0")
      assert.strictEqual(made.body["available"], 3, made.text)
      assert.notProperty(made.body, "repeated")
      assert.strictEqual((yield* stock("unborn", { add: 3 }, "delivery-0")).body["repeated"], true)
    }), TEST_TIMEOUT)

  it.effect("without a key counts each time", () =>
    Effect.gen(function*() {
      yield* stock("twice", { set: 0 })
      yield* stock("twice", { add: 7 })
      yield* stock("twice", { add: 7 })
      assert.strictEqual(yield* available("twice"), 14)
    }), TEST_TIMEOUT)

  it.effect(
    "under a key of another change is refused, whatever is different, and does nothing",
    () =>
      Effect.gen(function*() {
        yield* stock("other", { set: 0 })
        assert.strictEqual((yield* stock("other", { add: 7 }, "delivery-2")).status, 200)
        for (
          const again of [
            stock("other", { add: 8 }, "delivery-2"),
            stock("other", { set: 7 }, "delivery-2"),
            stock("other", { add: 7, reason: "another" }, "delivery-2"),
            stock("another", { set: 7 }, "delivery-2")
          ]
        ) {
          const answer = yield* again
          assert.strictEqual(answer.status, 422, answer.text)
          assert.deepInclude(answer.body, { code: "idempotency_key_reused", retryable: false })
        }
        assert.strictEqual(yield* available("other"), 7)
        // The key of another operator is another key.
        assert.strictEqual((yield* stock("other", { add: 8 }, "delivery-2", "stocker")).status, 200)
        assert.strictEqual(yield* available("other"), 15)
      }),
    TEST_TIMEOUT
  )

  it.effect(
    "of which nobody knows whether it was made is made once when it is sent again",
    () =>
      Effect.gen(function*() {
        yield* stock("lost", { set: 0 })
        const lost = yield* during({ log: "lost" }, stock("lost", { add: 5 }, "delivery-3"))
        assert.strictEqual(lost.status, 503, lost.text)
        assert.deepInclude(lost.body, { code: "outcome_unknown", retryable: true })
        // At another gateway, which has its own memory and shares log and store.
        const answer = yield* Effect.scoped(Effect.gen(function*() {
          const there = Context.get(yield* Layer.build(TestAdmin.layerAdmin()), TestAdmin.TestAdmin)
          return yield* there.ask("POST", "/admin/v1/items/lost/stock", {
            key: "ops",
            body: { add: 5, reason: REASON },
            headers: { "idempotency-key": "delivery-3" }
          })
        }))
        assert.strictEqual(answer.status, 200, answer.text)
        assert.deepInclude(answer.body, { available: 5, repeated: true })
        assert.strictEqual(yield* available("lost"), 5)
      }),
    TEST_TIMEOUT
  )

  it.effect("is refused where the log takes nothing, and may then be sent again", () =>
    Effect.gen(function*() {
      yield* stock("away", { set: 0 })
      const away = yield* during({ log: "away" }, stock("away", { add: 3 }, "delivery-4"))
      assert.strictEqual(away.status, 503, away.text)
      assert.deepInclude(away.body, { code: "log_unavailable", retryable: true })
      assert.strictEqual((yield* stock("away", { add: 3 }, "delivery-4")).status, 200)
      assert.strictEqual(yield* available("away"), 3)
    }), TEST_TIMEOUT)

  it.effect("is recorded, and no error, where the store cannot show that it counts", () =>
    Effect.gen(function*() {
      yield* stock("unseen", { set: 1 })
      const recorded = yield* during({ store: "away" }, stock("unseen", { set: 9 }))
      assert.strictEqual(recorded.status, 202, recorded.text)
      assert.deepInclude(recorded.body, { status: "Change Recorded", item_id: "unseen" })
      assert.hasAllKeys(recorded.body["position"], ["partition", "offset"])
      assert.strictEqual(yield* Effect.repeat(available("unseen"), { until: (units) => units === 9 }), 9)
    }), TEST_TIMEOUT)

  it.effect("a key that is no key is named", () =>
    Effect.gen(function*() {
      for (const key of ["two words", "x".repeat(256)]) {
        const answer = yield* stock("once", { add: 1 }, key)
        assert.strictEqual(answer.status, 400, answer.text)
        assert.include(answer.text, "idempotency-key")
      }
    }), TEST_TIMEOUT)

  it.effect("two operators at the same moment: each change counts, one after the other", () =>
    Effect.gen(function*() {
      yield* stock("both", { set: 100 })
      const answers = yield* Effect.all([
        ...Array.from({ length: 10 }, () => stock("both", { add: 5 })),
        ...Array.from({ length: 10 }, () => stock("both", { add: -5 }))
      ], { concurrency: "unbounded" })
      for (const { status, text } of answers) assert.strictEqual(status, 200, text)
      assert.strictEqual(yield* available("both"), 100)
    }), TEST_TIMEOUT)
})

/** A log that the gateway has not met yet. */
const unmet = Layer.effect(OrderLog, Effect.map(OrderLog, (log) => ({ ...log, partitions: Effect.never })))
layer(
  TestAdmin.layerAdmin().pipe(Layer.provideMerge(Layer.provideMerge(unmet, TestAdmin.memory))),
  { excludeTestServices: true, timeout: 60_000 }
)("Where the log has not been met yet", (it) => {
  it.effect(
    "whatever needs it is refused for the log, and nobody is told that a change may have been made",
    () =>
      Effect.gen(function*() {
        const admin = yield* TestAdmin.TestAdmin
        const ask = (method: string, path: string, body?: unknown) =>
          admin.ask(method, `/admin/v1${path}`, { key: "ops", body })
        const answers = yield* Effect.all([
          stock("mug", { set: 5 }, "delivery-7"),
          stock("mug", { add: 5 }),
          ask("PATCH", "/items/mug/sale", { paused: true, reason: REASON }),
          ask("PATCH", "/items/mug/sale?create=true", { paused: true, reason: REASON }),
          ask("POST", "/sales/pause-all", { reason: REASON }),
          ask("GET", "/items"),
          ask("GET", "/items/mug")
        ], { concurrency: "unbounded" })
        for (const { body, status, text } of answers) {
          assert.strictEqual(status, 503, text)
          assert.strictEqual(body["code"], "log_unavailable", text)
        }
      }),
    TEST_TIMEOUT
  )
})

/** Keys that nobody can look up. */
const forgetful = Layer.succeed(IdempotencyKeys, { use: () => new StoreUnavailable({ detail: "away" }) })
layer(
  TestAdmin.layerAdmin().pipe(
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(forgetful),
    Layer.provideMerge(TestAdmin.memory)
  ),
  { excludeTestServices: true, timeout: 60_000 }
)("Where nobody can look at keys", (it) => {
  it.effect("a change under one is refused and does nothing; one without is made", () =>
    Effect.gen(function*() {
      const refused = yield* stock("mug", { set: 5 }, "delivery-5")
      assert.strictEqual(refused.status, 503, refused.text)
      assert.strictEqual(refused.body["code"], "store_unavailable")
      const made = yield* stock("mug", { set: 6 })
      assert.strictEqual(made.status, 200, made.text)
    }), TEST_TIMEOUT)
})

layer(
  TestAdmin.layerAdmin().pipe(Layer.provideMerge(TestAdmin.memory)),
  { excludeTestServices: true, timeout: 60_000 }
)("Where no processor runs", (it) => {
  it.effect("a pause of every item says that there may be items which nobody knows yet", () =>
    Effect.gen(function*() {
      const admin = yield* TestAdmin.TestAdmin
      const answer = yield* admin.ask("POST", "/admin/v1/sales/pause-all", { key: "ops", body: { reason: REASON } })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepInclude(answer.body, { total: 0, done: 0, failed: [] })
      assert.include(answer.body["incomplete_partitions"] as ReadonlyArray<number>, 0)
    }), TEST_TIMEOUT)

  it.effect("a change is recorded, and told so within 2 s or little more", () =>
    Effect.gen(function*() {
      const answer = yield* stock("mug", { set: 5 })
      assert.strictEqual(answer.status, 202, answer.text)
      // Nothing is known of the item yet, so nobody can say that it is unknown either.
      assert.strictEqual((yield* stock("mug", { add: 5 })).status, 503)
    }), TEST_TIMEOUT)
})

/** Keys that are forgotten at once, as all are after a day. */
const amnesiac = Layer.succeed(IdempotencyKeys, { use: () => Effect.succeed("New" as const) })
layer(
  TestAdmin.layerAdmin().pipe(
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(amnesiac),
    Layer.provideMerge(TestAdmin.memory)
  ),
  { excludeTestServices: true, timeout: 60_000 }
)("Where keys are forgotten", (it) => {
  it.effect(
    "a change that is sent again counts once all the same, and another one under its key is not lost",
    () =>
      Effect.gen(function*() {
        yield* stock("mug", { set: 0 })
        for (const _ of "123") assert.strictEqual((yield* stock("mug", { add: 7 }, "delivery-6")).status, 200)
        assert.strictEqual(yield* available("mug"), 7)
        assert.strictEqual((yield* stock("mug", { add: 8 }, "delivery-6")).status, 200)
        assert.strictEqual(yield* available("mug"), 15)
      }),
    TEST_TIMEOUT
  )
})
