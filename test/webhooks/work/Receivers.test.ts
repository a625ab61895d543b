/** What endpoints do to whoever delivers to them, on real connections. */
import { assert, describe, it } from "@effect/vitest"
import type { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { Effect, Layer, type Scope } from "effect"
import { Webhook } from "standardwebhooks"
import * as Receiver from "../Receiver.ts"
import * as Test from "../TestWebhooks.ts"

const SHOP = "shop"
const TIMEOUT = 60_000

type Services = ArchiveWriter | Webhooks | Scope.Scope

interface Running {
  readonly receiver: Receiver.Receiver
  readonly file: Test.File
  readonly shop: Test.Written
}

/** Beside a process of webhooks that knows one endpoint, on an archive of its own, by the real clock. */
const running = (
  name: string,
  body: (running: Running) => Effect.Effect<unknown, unknown, Services>,
  change: Partial<Test.Written> = {}
) =>
  it.live(name, () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      const shop = Test.written(SHOP, receiver.url, change)
      const file = Test.fileOf([shop])
      yield* Effect.andThen(Test.known(SHOP), body({ receiver, file, shop })).pipe(
        Effect.provide(Test.processOf(file).pipe(Layer.provideMerge(Test.archive), Layer.provideMerge(Test.silent)))
      )
    }), TIMEOUT)

const deliveries = (state: "waiting" | "dead") =>
  Effect.flatMap(Webhooks, (webhooks) => webhooks.deliveries({ endpoint: Test.nameOf(SHOP), state }, undefined, 200))

/** Until so many deliveries wait, and what they have failed of. */
const failures = (count: number) =>
  Effect.map(
    Effect.repeat(deliveries("waiting"), { until: ({ entries }) => entries.length === count }),
    ({ entries }) => [...new Set(entries.map(({ error }) => error))]
  )

const pass = Receiver.status(204)

describe("An endpoint", () => {
  running(
    "is told each event once, byte for byte, signed and in a few connections",
    ({ receiver, shop }) =>
      Effect.gen(function*() {
        const ids = yield* Test.tell(1_000)
        yield* Test.wait("all are told", () => receiver.received.length >= ids.length)
        assert.deepStrictEqual(receiver.received.map(({ id }) => id).toSorted(), ids.toSorted())
        assert.isAtMost(receiver.connections, 16)
        const [first] = receiver.received
        const { body, headers } = first!
        assert.strictEqual(
          new Webhook(String(shop.secret)).verify(body, headers as Record<string, string>) !== null,
          true
        )
        assert.strictEqual(JSON.parse(body).id, headers["webhook-id"])
        assert.strictEqual(headers["content-type"], "application/cloudevents+json")
        assert.match(headers["user-agent"]!, /^flash-sale-webhooks\/\d+\.\d+\.\d+$/)
        assert.deepStrictEqual((yield* deliveries("waiting")).entries, [])
      })
  )

  running("that fails is asked again after five seconds, and has all then", ({ receiver }) =>
    Effect.gen(function*() {
      receiver.answer = Receiver.status(500)
      const ids = yield* Test.tell(20)
      assert.deepStrictEqual(yield* failures(20), ["answered 500"])
      receiver.answer = pass
      const before = receiver.received.length
      yield* Test.wait("all are told again", () => receiver.received.length === before + 20)
      assert.deepStrictEqual(receiver.ids().toSorted(), ids.toSorted())
      const [first] = receiver.received
      const again = receiver.received.findLast(({ id }) => id === first!.id)
      assert.isAtLeast(again!.at - first!.at, 4_990)
      assert.strictEqual(again!.body, first!.body)
      yield* failures(0)
    }))

  running("that hangs on one event is told all others meanwhile", ({ receiver }) =>
    Effect.gen(function*() {
      const held = { id: "", at: 0 }
      receiver.answer = (response, { at, id }) => {
        if (held.id === "") Object.assign(held, { id, at })
        if (id !== held.id) response.writeHead(204).end()
      }
      const ids = yield* Test.tell(600)
      yield* Test.wait("all others are told", () => receiver.ids().length === ids.length)
      assert.isBelow(Math.max(...receiver.received.map(({ at }) => at)), held.at + 10_000)
      assert.deepStrictEqual(yield* failures(1), ["no answer within 10 s"])
    }))

  const BIG = Buffer.alloc(64 * 1_024)
  running(
    "is believed by its status, however long or slow the rest of its answer is",
    ({ receiver }) =>
      Effect.gen(function*() {
        let sent = 0
        receiver.answer = (response, _, request) => {
          response.writeHead(200)
          if (receiver.received.length % 2 === 0) {
            const timer = setInterval(() => response.write("."), 100)
            request.socket.on("close", () => clearInterval(timer))
            return
          }
          const write = () => {
            while (sent < 10_000_000 && !response.destroyed && response.write(BIG)) sent += BIG.length
          }
          response.on("drain", write)
          write()
        }
        const ids = yield* Test.tell(40)
        yield* Test.wait("all are told", () => receiver.ids().length === ids.length)
        yield* Effect.sleep("1500 millis")
        assert.deepStrictEqual((yield* deliveries("waiting")).entries, [])
        assert.strictEqual(receiver.received.length, ids.length)
        assert.isBelow(sent, 10_000_000)
      })
  )

  running(
    "that resets connections, redirects or answers nonsense has failed",
    ({ receiver }) =>
      Effect.gen(function*() {
        const elsewhere = yield* Receiver.make()
        receiver.answer = (response, _, request) => {
          switch (receiver.received.length % 3) {
            case 0:
              return void request.socket.resetAndDestroy()
            case 1:
              return void response.writeHead(307, { location: elsewhere.url }).end()
            default:
              return void request.socket.end("HTTP/9.9 hello\r\n\r\n")
          }
        }
        yield* Test.tell(3)
        assert.deepStrictEqual((yield* failures(3)).toSorted(), [
          "answered 307, and no redirect is followed",
          "the connection was reset",
          "the exchange failed (HPE_INVALID_VERSION)"
        ])
        assert.deepStrictEqual(elsewhere.received, [])
      })
  )

  running("that answers 410 is left alone, until an operator enables it", ({ receiver }) =>
    Effect.gen(function*() {
      receiver.answer = Receiver.status(410)
      const ids = yield* Test.tell(1)
      yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.condition === "gone" })
      receiver.answer = pass
      ids.push(...yield* Test.tell(300))
      yield* Effect.sleep("1500 millis")
      assert.strictEqual(receiver.received.length, 1)
      yield* Effect.flatMap(Webhooks, ({ enable }) => enable(Test.nameOf(SHOP), { by: "ops" }, Date.now()))
      yield* Test.wait("all are told", () => receiver.ids().length === ids.length)
      assert.strictEqual(receiver.received.length, ids.length + 1)
    }))

  running(
    "that answers 410 is told again where its url in the file is another",
    ({ file, receiver, shop }) =>
      Effect.gen(function*() {
        receiver.answer = Receiver.status(410)
        const ids = yield* Test.tell(5)
        yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.condition === "gone" })
        const elsewhere = yield* Receiver.make()
        file.write([{ ...shop, url: elsewhere.url }])
        yield* Test.wait("all are told elsewhere", () => elsewhere.ids().length === ids.length)
      })
  )

  running(
    "whose secret is replaced while deliveries wait verifies with either",
    ({ file, receiver, shop }) =>
      Effect.gen(function*() {
        receiver.answer = Receiver.status(503)
        const ids = yield* Test.tell(5)
        yield* failures(5)
        const next = Test.newSecret()
        file.write([{ ...shop, secret: [String(shop.secret), next] }])
        receiver.received.length = 0
        receiver.answer = pass
        yield* Test.wait("all are told", () => receiver.ids().length === ids.length)
        for (const { body, headers } of receiver.received) {
          for (const secret of [String(shop.secret), next]) {
            assert.strictEqual(
              (new Webhook(secret).verify(body, headers as Record<string, string>) as { id: string }).id,
              headers["webhook-id"]
            )
          }
        }
      })
  )

  running(
    "is told only what it wants, and nothing of before it was known",
    ({ file, receiver, shop }) =>
      Effect.gen(function*() {
        yield* Test.tell(10)
        const ids = yield* Effect.andThen(
          Effect.sync(() => file.write([shop, Test.written("late", receiver.url)])),
          Test.known("late")
        )
        assert.strictEqual(ids?.waiting, 0)
        const told = yield* Test.tell(3)
        yield* Test.wait("the late one is told", () => receiver.received.length >= 3)
        yield* Effect.sleep("500 millis")
        assert.deepStrictEqual(receiver.ids().toSorted(), told.toSorted())
      }),
    { events: ["sale.*"] }
  )

  running(
    "that is disabled for a while is told then what came meanwhile",
    ({ file, receiver, shop }) =>
      Effect.gen(function*() {
        file.write([{ ...shop, disabled: true }])
        yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.condition === "disabled" })
        const ids = yield* Test.tell(10)
        yield* Effect.sleep("500 millis")
        assert.deepStrictEqual(receiver.received, [])
        file.write([shop])
        yield* Test.wait("all are told", () => receiver.ids().length === ids.length)
      })
  )

  running("is not told what is older than four days, but by a replay", ({ receiver }) =>
    Effect.gen(function*() {
      const webhooks = yield* Webhooks
      const now = Date.now()
      const DAY = 86_400_000
      const old = yield* Test.tell(5, now - 5 * DAY)
      const young = yield* Test.tell(5, now - 3 * DAY)
      yield* Test.wait("the young ones are told", () => receiver.ids().length === 5)
      assert.deepStrictEqual(receiver.ids().toSorted(), young.toSorted())
      const range = { _tag: "Times", from: now - 6 * DAY, until: now - 4 * DAY } as const
      yield* webhooks.replay(Test.nameOf(SHOP), range, { by: "ops" }, now, undefined)
      yield* Test.wait("the old ones are told", () => receiver.ids().length === 10)
      assert.deepStrictEqual(receiver.ids().slice(5).toSorted(), old.toSorted())
    }))

  running("is told a test event, and who asked is told its outcome", ({ receiver, shop }) =>
    Effect.gen(function*() {
      const webhooks = yield* Webhooks
      const ask = Effect.gen(function*() {
        const id = Test.newTest()
        yield* webhooks.test(Test.nameOf(SHOP), id, { by: "ops" }, Date.now())
        return yield* Effect.repeat(webhooks.outcome(id), { until: (found) => found?.doneAt !== undefined })
      })
      const good = yield* ask
      assert.deepStrictEqual([good?.isDelivered, good?.status], [true, 204])
      const { body, headers } = receiver.received.at(-1)!
      const event = new Webhook(String(shop.secret)).verify(body, headers as Record<string, string>)
      assert.deepInclude(event, { id: good!.id, type: "webhook.test", source: "/flash-sale" })
      receiver.answer = Receiver.status(404)
      const bad = yield* ask
      assert.deepStrictEqual([bad?.isDelivered, bad?.status, bad?.error], [false, 404, "answered 404"])
      assert.deepStrictEqual((yield* deliveries("waiting")).entries, [])
    }))
})
