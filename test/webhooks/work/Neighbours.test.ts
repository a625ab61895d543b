/** Endpoints and instances beside each other. */
import { assert, describe, it } from "@effect/vitest"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { MAX_ENDPOINTS } from "@flash-sale/domain/webhooks/Endpoint"
import { Effect, Exit, Layer, Scope } from "effect"
import type { LookupAddress } from "node:dns"
import * as Receiver from "../Receiver.ts"
import * as Test from "../TestWebhooks.ts"

const TIMEOUT = 120_000

const start = (file: Test.File, options?: Parameters<typeof Test.processOf>[1]) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    yield* Layer.buildWithScope(Test.processOf(file, options), scope)
    return { end: Scope.close(scope, Exit.void) }
  })

const errorOf = (name: string) =>
  Effect.map(
    Effect.repeat(
      Effect.flatMap(Webhooks, ({ deliveries }) => deliveries({ endpoint: Test.nameOf(name) }, undefined, 1)),
      { until: ({ entries }) => entries.length > 0 }
    ),
    ({ entries }) => entries[0]?.error
  )

describe("Endpoints", () => {
  it.live("that are dead delay no other", () =>
    Effect.gen(function*() {
      const [alive, silent] = [yield* Receiver.make(), yield* Receiver.make(() => {})]
      const file = Test.fileOf([
        Test.written("alive", alive.url),
        Test.written("silent", silent.url),
        Test.written("closed", "http://127.0.0.1:1/")
      ])
      yield* start(file)
      for (const name of ["alive", "silent", "closed"]) yield* Test.known(name)
      const ids = yield* Test.tell(1_000)
      // Beside one that takes ten seconds for sixteen events.
      yield* Test.wait("the living one is told", () => alive.ids().length === ids.length, 60_000)
      assert.strictEqual(alive.received.length, ids.length)
      assert.isAbove((yield* Test.standing("closed"))?.waiting ?? 0, 500)
    }).pipe(Effect.scoped, Effect.provide([Test.archive, Test.silent])), TIMEOUT)

  it.live("that are dead delay no other, however many they are", () =>
    Effect.gen(function*() {
      const [alive, silent] = [yield* Receiver.make(), yield* Receiver.make(() => {})]
      const names = Array.from({ length: MAX_ENDPOINTS - 1 }, (_, at) => `silent-${at}`)
      yield* start(Test.fileOf([
        ...names.map((name) => Test.written(name, silent.url)),
        Test.written("zalive", alive.url)
      ]))
      for (const name of [...names, "zalive"]) yield* Test.known(name)
      const ids = yield* Test.tell(200)
      yield* Test.wait("the living one is told", () => alive.ids().length === ids.length, 60_000)
      // Had it waited for any of them, that had failed by then.
      const failed = (yield* Effect.flatMap(Webhooks, ({ list }) => list)).filter(({ waiting }) => waiting > 0)
      assert.deepStrictEqual(failed, [])
      yield* Test.wait("each has all its connections", () => silent.received.length >= names.length * 16)
    }).pipe(Effect.scoped, Effect.provide([Test.archive, Test.silent])), TIMEOUT)

  it.live("are shared by instances, and one that ends leaves its own to the other", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      const names = ["a", "b", "c", "d"]
      const file = Test.fileOf(names.map((name) => Test.written(name, receiver.url)))
      const shares = Effect.map(
        Effect.flatMap(Webhooks, ({ list }) => list),
        (all) => all.filter(({ condition, holder }) => condition === "delivering" && holder === all[0]!.holder).length
      )
      const first = yield* start(file)
      yield* Test.known("d")
      yield* start(file)
      yield* Effect.repeat(shares, { until: (share) => share === names.length / 2 })
      const ids = yield* Test.tell(50)
      yield* Test.wait("all are told to all", () => receiver.received.length >= ids.length * names.length)
      yield* first.end
      ids.push(...yield* Test.tell(50))
      yield* Test.wait("all are told to all", () => receiver.received.length >= ids.length * names.length)
      yield* Effect.sleep("500 millis")
      assert.strictEqual(receiver.received.length, ids.length * names.length)
      assert.strictEqual(receiver.ids().length, ids.length)
    }).pipe(Effect.scoped, Effect.provide([Test.archive, Test.silent])), TIMEOUT)

  it.live(
    "in the engine's own network are refused, also where a name leads there at the second look",
    () =>
      Effect.gen(function*() {
        const receiver = yield* Receiver.make()
        const port = new URL(receiver.url).port
        let looks = 0
        const answers: ReadonlyArray<ReadonlyArray<LookupAddress>> = [
          [{ address: "203.0.114.1", family: 4 }, { address: "127.0.0.1", family: 4 }],
          [{ address: "127.0.0.1", family: 4 }]
        ]
        const file = Test.fileOf([
          Test.written("name", `http://shop.example:${port}/`),
          Test.written("literal", receiver.url),
          Test.written("six", `http://[::1]:${port}/`),
          Test.written("decimal", `http://2130706433:${port}/`)
        ])
        yield* start(file, {
          allowPrivate: false,
          resolve: (_, __, done) => done(null, answers[Math.min(looks++, answers.length - 1)]!)
        })
        for (const name of ["name", "literal", "six", "decimal"]) yield* Test.known(name)
        yield* Test.tell(1)
        for (const name of ["name", "literal", "decimal"]) {
          assert.match((yield* errorOf(name)) ?? "", /^127\.0\.0\.1 is no address of the internet \(loopback\)/)
        }
        assert.match((yield* errorOf("six")) ?? "", /^::1 is no address of the internet/)
        yield* Test.wait("it is looked up again", () => looks > 1)
        assert.deepStrictEqual([receiver.received, receiver.connections], [[], 0])
      }).pipe(Effect.scoped, Effect.provide([Test.archive, Test.silent])),
    TIMEOUT
  )
})
