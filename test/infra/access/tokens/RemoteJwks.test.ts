/** Public keys at an address that is slow, wrong, away, or asked by everybody at once. */
import { assert, describe, it } from "@effect/vitest"
import * as RemoteJwks from "@flash-sale/infra/access/tokens/RemoteJwks"
import { Deferred, Duration, Effect, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { createServer, type RequestListener } from "node:http"
import * as BuyerTokens from "../BuyerTokens.ts"

const { ask, claims, NOW, pair, sign } = BuyerTokens

const GOOD = ["u-1", undefined]
const UNKNOWN = "the token names a key that is not known"
const CANNOT_TELL = "CannotTell"

const json = (body: unknown, status = 200): RequestListener => (_, response) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(typeof body === "string" ? body : JSON.stringify(body))
}

/** A server that answers as it is told by now, and counts. */
const server = Effect.gen(function*() {
  const state = { answer: json({}), requests: 0, asked: Deferred.makeUnsafe<void>() }
  const http = createServer((request, response) => {
    state.requests++
    state.answer(request, response)
    Deferred.doneUnsafe(state.asked, Effect.void)
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))),
    () =>
      Effect.sync(() => {
        http.closeAllConnections()
        http.close()
      })
  )
  const address = http.address()
  const port = typeof address === "string" ? address : address?.port
  return { state, url: new URL(`http://127.0.0.1:${port}/jwks.json`) }
})

/** The adapter on a server that has two keys, of which it gives what `answer` says. */
const setUp = Effect.fnUntraced(function*(
  answer: (keys: { readonly one: BuyerTokens.Pair; readonly two: BuyerTokens.Pair }) => RequestListener
) {
  const { state, url } = yield* server
  const [one, two] = yield* Effect.promise(() => Promise.all([pair("ES256", "one"), pair("ES256", "two")]))
  state.answer = answer({ one, two })
  const [first, second, nobodys] = yield* Effect.promise(() =>
    Promise.all([
      sign(claims({}, 3_600), one.privateKey, { alg: "ES256", kid: "one" }),
      sign(claims({}, 3_600), two.privateKey, { alg: "ES256", kid: "two" }),
      sign(claims(), two.privateKey, { alg: "ES256", kid: "nobodys" })
    ])
  )
  yield* TestClock.setTime(NOW)
  const source = { _tag: "JwksUrl", url } as const
  const callers = yield* BuyerTokens.callers({ buyerTokens: BuyerTokens.settings({ source }) })
  return { callers, state, one, two, first, second, nobodys }
})

const times = <A, E, R>(count: number, effect: Effect.Effect<A, E, R>) =>
  Effect.map(
    Effect.all(Array.from({ length: count }, () => effect), { concurrency: "unbounded" }),
    (all) => [...new Set(all.map((one) => JSON.stringify(one)))]
  )

describe("public keys at an address", () => {
  it.effect("keys are fetched once for all who ask, and a flood of unknown keys does not reach the address", () =>
    Effect.gen(function*() {
      const { callers, first, nobodys, state } = yield* setUp(({ one }) => json({ keys: [one.jwk] }))
      assert.deepStrictEqual(yield* times(50, ask(callers, first)), [JSON.stringify(["u-1", null])])
      assert.strictEqual(state.requests, 1)
      // The key may have come since: nobody can tell until the address was asked once more.
      assert.deepStrictEqual(yield* times(500, ask(callers, nobodys)), [JSON.stringify(CANNOT_TELL)])
      assert.strictEqual(state.requests, 1)
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      assert.deepStrictEqual(yield* times(500, ask(callers, nobodys)), [JSON.stringify(UNKNOWN)])
      assert.strictEqual(state.requests, 2)
      assert.deepStrictEqual(yield* times(500, ask(callers, nobodys)), [JSON.stringify(UNKNOWN)])
      assert.strictEqual(state.requests, 2)
    }))

  it.effect("in the pause that a forged name of a key has caused, a key that is new there is not called wrong", () =>
    Effect.gen(function*() {
      const { callers, first, nobodys, one, second, state, two } = yield* setUp(({ one }) => json({ keys: [one.jwk] }))
      assert.deepStrictEqual(yield* ask(callers, first), GOOD)
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      assert.strictEqual(yield* ask(callers, nobodys), UNKNOWN)
      state.answer = json({ keys: [one.jwk, two.jwk] })
      assert.strictEqual(yield* ask(callers, second), CANNOT_TELL)
      // What was found to be unknown stays so, without a request.
      assert.strictEqual(yield* ask(callers, nobodys), UNKNOWN)
      assert.strictEqual(state.requests, 2)
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      assert.deepStrictEqual(yield* ask(callers, second), GOOD)
    }))

  it.effect("what is wrong is said once, another trouble again, and that it is over", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
    return Effect.gen(function*() {
      const { callers, first, one, state } = yield* setUp(({ one }) => json({ keys: [one.jwk] }))
      const token = yield* Effect.promise(() => sign(claims(), one.privateKey, { alg: "ES256", kid: "later" }))
      assert.deepStrictEqual(yield* ask(callers, first), GOOD)
      const malformed = json({ keys: [{ ...one.jwk, key_ops: 5 }] })
      const away = json("no", 500)
      const good = json({ keys: [one.jwk] })
      for (const answer of [malformed, malformed, away, away, good, good]) {
        state.answer = answer
        yield* TestClock.adjust(RemoteJwks.COOLDOWN)
        assert.strictEqual(yield* ask(callers, token), answer === good ? UNKNOWN : CANNOT_TELL)
      }
      assert.deepStrictEqual(lines.map((line) => line.replace(/http\S*json/, "URL")), [
        "Info The keys of buyers' tokens were read from URL",
        "Error The keys of buyers' tokens cannot be read: URL: key 1: key_ops is no list of texts",
        "Error The keys of buyers' tokens cannot be read: URL: it answered 500",
        "Info The keys of buyers' tokens can be read again from URL"
      ])
    }).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("a key that is new there is found by the first token under it, and one that is gone within minutes", () =>
    Effect.gen(function*() {
      const { callers, first, one, second, state, two } = yield* setUp(({ one }) => json({ keys: [one.jwk] }))
      assert.deepStrictEqual(yield* ask(callers, first), GOOD)
      state.answer = json({ keys: [one.jwk, two.jwk] })
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      assert.deepStrictEqual(yield* ask(callers, second), GOOD)
      assert.deepStrictEqual(yield* ask(callers, first), GOOD)
      state.answer = json({ keys: [two.jwk] })
      // To the moment of the fetch and no further: its time-out goes by the test's clock.
      yield* TestClock.adjust(Duration.subtract(RemoteJwks.REFRESH_EVERY, RemoteJwks.COOLDOWN))
      // The answer of the server comes by itself, and not by the test's clock.
      yield* Effect.repeat(Effect.promise(() => new Promise(setImmediate)), {
        until: () => callers.known(`Bearer ${first}`) === undefined
      })
      assert.deepStrictEqual(yield* ask(callers, second), GOOD)
      assert.strictEqual(yield* ask(callers, first), CANNOT_TELL)
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      assert.strictEqual(yield* ask(callers, first), UNKNOWN)
    }))

  it.effect("while nobody answers nobody can tell, and the start does not wait", () =>
    Effect.gen(function*() {
      const { callers, first, one, state } = yield* setUp(() => json("no", 500))
      assert.strictEqual(yield* ask(callers, first), CANNOT_TELL)
      state.answer = json({ keys: [one.jwk] })
      assert.strictEqual(yield* ask(callers, first), CANNOT_TELL)
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      assert.deepStrictEqual(yield* ask(callers, first), GOOD)
    }))

  it.effect("keys that were fetched stay in force while the address is away", () =>
    Effect.gen(function*() {
      const { callers, first, nobodys, one, state } = yield* setUp(({ one }) => json({ keys: [one.jwk] }))
      assert.deepStrictEqual(yield* ask(callers, first), GOOD)
      state.answer = (request) => request.socket.destroy()
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      // It may be a key that is new there.
      assert.strictEqual(yield* ask(callers, nobodys), CANNOT_TELL)
      const another = yield* Effect.promise(() =>
        sign(claims({ sub: "u-2" }), one.privateKey, { alg: "ES256", kid: "one" })
      )
      assert.deepStrictEqual(yield* ask(callers, another), ["u-2", undefined])
    }))

  it.effect("an answer that does not come in time, is too long, or leads elsewhere is none", () =>
    Effect.gen(function*() {
      const silent = yield* setUp(() => () => {})
      const waiting = yield* Effect.forkChild(ask(silent.callers, silent.first))
      yield* Deferred.await(silent.state.asked)
      yield* TestClock.adjust(RemoteJwks.TIMEOUT)
      assert.strictEqual(yield* Fiber.join(waiting), CANNOT_TELL)

      const elsewhere = yield* setUp(({ one }) => json({ keys: [one.jwk] }))
      const redirect: RequestListener = (_, response) => response.writeHead(302, { location: "/other" }).end()
      const endless: RequestListener = (_, response) => {
        response.writeHead(200)
        response.write("{\"keys\":[")
        const more = () => void response.write(" ".repeat(16_384), (error) => error ?? more())
        more()
      }
      const long = json({ keys: [elsewhere.one.jwk], padding: "x".repeat(RemoteJwks.MAX_BYTES) })
      const wrong = [
        redirect,
        endless,
        long,
        json("<html>"),
        json({ keys: [] }),
        json({ keys: [{ kty: "oct", k: "AA" }] })
      ]
      for (const answer of wrong) {
        const { callers, first } = yield* setUp(() => answer)
        assert.strictEqual(yield* ask(callers, first), CANNOT_TELL)
      }
    }))

  it.effect("who asks first may go away", () =>
    Effect.gen(function*() {
      const { callers, first, one, state } = yield* setUp(() => json("no", 500))
      assert.strictEqual(yield* ask(callers, first), CANNOT_TELL)
      yield* TestClock.adjust(RemoteJwks.COOLDOWN)
      // The answer waits until the first one has gone.
      const answers: Array<() => void> = []
      state.answer = (request, response) => void answers.push(() => json({ keys: [one.jwk] })(request, response))
      state.asked = yield* Deferred.make<void>()
      const leaving = yield* Effect.forkChild(ask(callers, first))
      yield* Deferred.await(state.asked)
      const staying = yield* Effect.forkChild(ask(callers, first))
      yield* Fiber.interrupt(leaving)
      for (const answer of answers) answer()
      assert.deepStrictEqual(yield* Fiber.join(staying), GOOD)
    }))
})
