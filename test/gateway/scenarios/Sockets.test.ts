/** Bytes that no HTTP client would send, and clients that come and go as they like. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 40_000
/** How long one socket may read before it is given up, in milliseconds. */
const TIMEOUT = 15_000

interface Spoken {
  /** All that was read until the other side closed. */
  readonly heard: string
  /** How long that took, in milliseconds. */
  readonly millis: number
  readonly isClosed: boolean
}

/** Says something over a bare socket; `then` more, each after so many milliseconds, or after the first answer. */
const speak = (
  port: number,
  text: string | Uint8Array,
  then: ReadonlyArray<readonly [number | "answer", string]> = []
) =>
  Effect.callback<Spoken>((resume) => {
    let heard = ""
    const begun = performance.now()
    const timers: Array<NodeJS.Timeout> = []
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(text)
      for (const [after, more] of then) {
        if (after === "answer") socket.once("data", () => socket.write(more))
        else timers.push(setTimeout(() => socket.write(more), after))
      }
    })
    const end = (isClosed: boolean) => {
      timers.forEach(clearTimeout)
      socket.destroy()
      resume(Effect.succeed({ heard, millis: performance.now() - begun, isClosed }))
    }
    timers.push(setTimeout(() => end(false), TIMEOUT))
    socket.on("data", (chunk: Buffer) => heard += chunk.toString())
    socket.on("error", () => {})
    socket.on("close", () => end(true))
    return Effect.sync(() => socket.destroy())
  })

const head = (length: number | string, more = "") =>
  `POST /buy HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`
const post = (body: string, more = "") => head(Buffer.byteLength(body), more) + body
const LAST = "connection: close\r\n"
const JSON_TYPE = "content-type: application/json\r\n"

const statusesOf = ({ heard }: Spoken) => [...heard.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))

layer(TestGateway.layer(), { excludeTestServices: true })("Over a bare socket", (it) => {
  it.effect(
    "headers, bodies and pauses that take too long are cut off, each in its time",
    () =>
      Effect.gen(function*() {
        const { port } = yield* TestGateway.TestGateway
        const body = TestGateway.order({ request_id: "slow" })
        const late = TestGateway.order({ request_id: "late" })
        const [headers, bodies, dribble, never, overdue] = yield* Effect.all([
          speak(port, "POST /buy HTTP/1.1\r\nhost: x\r\n"),
          speak(port, head(body.length) + body.slice(0, 5)),
          speak(port, head(body.length), Array.from({ length: 12 }, (_, n) => [1_000 * n, body[n]!] as const)),
          speak(port, ""),
          // The rest comes when it is too late, and must not make it an order that was answered 408.
          speak(port, head(late.length) + late.slice(0, -1), [[12_000, "}"]])
        ], { concurrency: "unbounded" })
        const ends = [
          [headers, 4_900, 8_000],
          [bodies, 9_900, 13_000],
          [dribble, 9_900, 13_000],
          [never, 4_900, 8_000],
          [overdue, 9_900, 11_900]
        ] as const
        for (const [spoken, from, to] of ends) {
          assert.isTrue(spoken.isClosed)
          assert.isAtLeast(spoken.millis, from)
          assert.isBelow(spoken.millis, to)
          for (const status of statusesOf(spoken)) assert.strictEqual(status, 408)
        }
        assert.include(overdue.heard, "\"code\":\"request_timeout\"")
        const gateway = yield* TestGateway.TestGateway
        assert.strictEqual((yield* gateway.get("/orders/late")).status, 404)
      }),
    TEST_TIMEOUT
  )

  it.effect("requests that come in one packet are answered each, in their order", () =>
    Effect.gen(function*() {
      const { port } = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 1_000)
      const orders = Array.from({ length: 60 }, (_, n) =>
        TestGateway.order({ request_id: `pipe-${n}`, user_id: `u-${n}` }))
      const spoken = yield* speak(
        port,
        orders.map((order, n) =>
          post(order, n === orders.length - 1 ? LAST : "")
        ).join("")
      )
      assert.deepStrictEqual(statusesOf(spoken), orders.map(() => 202))
      const ids = [...spoken.heard.matchAll(/"request_id":"pipe-(\d+)"/g)].map(([, n]) => Number(n))
      assert.deepStrictEqual(ids, orders.map((_, n) => n))
      const mixed = yield* speak(
        port,
        post("{") + "GET /items/101 HTTP/1.1\r\nhost: x\r\n\r\n" + post(orders[0]!) +
          `GET /nowhere HTTP/1.1\r\nhost: x\r\n${LAST}\r\n`
      )
      assert.deepStrictEqual(statusesOf(mixed), [400, 200, 409, 404])
    }), TEST_TIMEOUT)

  it.effect(
    "a request that two servers might read differently is refused, and the connection closed",
    () =>
      Effect.gen(function*() {
        const { port } = yield* TestGateway.TestGateway
        const body = TestGateway.order({ request_id: "smuggled" })
        const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
        const buying = `POST /buy HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}`
        const cases = [
          `${buying}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n${chunk}`,
          `${buying}content-length: ${body.length}\r\ncontent-length: 5\r\n\r\n${body}`,
          `${buying}content-length: -5\r\n\r\n${body}`,
          `${buying}content-length: 0x10\r\n\r\n${body}`,
          `${buying}content-length : ${body.length}\r\n\r\n${body}`,
          `${buying}transfer-encoding: xchunked\r\n\r\n${chunk}`,
          `${buying}transfer-encoding: chunked\r\n\r\nzz\r\n${body}`,
          `POST /buy HTTP/1.1\ncontent-length: 5\n\n${body}`,
          `POST /buy HTTP/1.1\r\n\r\n`,
          `POST /buy HTTP/9.9\r\nhost: x\r\n\r\n`,
          `GET /bu\u0000y HTTP/1.1\r\nhost: x\r\n\r\n`,
          `GET /health HTTP/1.1\r\nhost: x\r\nx: a\u0000b\r\n\r\n`
        ]
        for (const text of cases) {
          const spoken = yield* speak(port, text)
          assert.isTrue(spoken.isClosed, text)
          assert.deepStrictEqual(statusesOf(spoken), [text.includes("xchunked") ? 501 : 400], text)
        }
        const gateway = yield* TestGateway.TestGateway
        assert.strictEqual((yield* gateway.get("/orders/smuggled")).status, 404)
      }),
    TEST_TIMEOUT
  )

  it.effect(
    "bodies that are chunked, without a length, announced or compressed have the same bounds",
    () =>
      Effect.gen(function*() {
        const { port } = yield* TestGateway.TestGateway
        yield* TestGateway.stock("102", 1_000)
        const order = (request_id: string) => TestGateway.order({ request_id, user_id: request_id, item_id: "102" })
        const chunked = (body: string, size: number) => {
          const chunks = body.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []
          return `POST /buy HTTP/1.1\r\nhost: x\r\n${LAST}${JSON_TYPE}transfer-encoding: chunked\r\n\r\n` +
            chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("") + "0\r\n\r\n"
        }
        const large = TestGateway.order({ padding: "x".repeat(17_000) })
        const cases: ReadonlyArray<readonly [string, number]> = [
          [chunked(order("chunks-1"), 7), 202],
          [chunked(large, 1_000), 413],
          [`POST /buy HTTP/1.1\r\nhost: x\r\n${LAST}${JSON_TYPE}\r\n`, 400],
          [`POST /buy HTTP/1.1\r\nhost: x\r\n${LAST}\r\n`, 415],
          [head(0, LAST), 400],
          [post(order("promised"), `${LAST}expect: 100-continue\r\n`), 202],
          [head(5_000_000_000, LAST), 413],
          [head(5_000_000_000, `${LAST}expect: 100-continue\r\n`), 413],
          [head("99999999999999999999", LAST), 400],
          // Nobody unpacks anything, so that nothing small becomes large here.
          [post(gzipSync(order("packed")).toString("latin1"), `${LAST}content-encoding: gzip\r\n`), 415],
          [post(large, LAST), 413]
        ]
        for (const [text, status] of cases) {
          const spoken = yield* speak(port, text)
          assert.deepStrictEqual(statusesOf(spoken).filter((found) => found !== 100), [status], text.slice(0, 200))
          assert.isTrue(spoken.isClosed, text.slice(0, 200))
        }
      }),
    TEST_TIMEOUT
  )

  it.effect("an upgrade, a tunnel and a HEAD do no harm", () =>
    Effect.gen(function*() {
      const { port } = yield* TestGateway.TestGateway
      const gateway = yield* TestGateway.TestGateway
      const last = `GET /nowhere HTTP/1.1\r\nhost: x\r\n${LAST}\r\n`
      const order = TestGateway.order({ request_id: "upgraded", item_id: "nothing" })
      // As Java's client does with its first request.
      const h2c = "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAA\r\n"
      const cases: ReadonlyArray<readonly [string, string, ReadonlyArray<number>]> = [
        ["GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", last, [200, 404]],
        [post(order, h2c), last, [404, 404]],
        ["CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n", last, [405]],
        ["HEAD /health HTTP/1.1\r\nhost: x\r\n\r\n", last, [200, 404]],
        ["OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", last, [404, 404]]
      ]
      for (const [first, second, statuses] of cases) {
        const spoken = yield* speak(port, first, [["answer", second]])
        assert.isTrue(spoken.isClosed, first)
        assert.deepStrictEqual(statusesOf(spoken), statuses, first)
      }
      assert.strictEqual((yield* gateway.get("/health")).status, 200)
    }), 90_000)

  it.effect("clients that hang up in the middle leave nothing open", () =>
    Effect.gen(function*() {
      const { port } = yield* TestGateway.TestGateway
      const gateway = yield* TestGateway.TestGateway
      const sockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length
      const before = sockets()
      const body = TestGateway.order({ request_id: "gone" })
      const texts = [
        "",
        "POST /b",
        head(body.length),
        head(body.length) + body.slice(0, 9),
        post(body),
        `GET /items/101/events HTTP/1.1\r\nhost: x\r\n\r\n`
      ]
      for (let round = 0; round < 50; round++) {
        yield* Effect.all(
          texts.map((text) =>
            Effect.callback<void>((resume) => {
              const socket = connect(
                port,
                "127.0.0.1",
                () => socket.write(text, () => round % 2 === 0 ? socket.destroy() : socket.resetAndDestroy())
              )
              socket.on("error", () => {})
              socket.on("close", () => resume(Effect.void))
            })
          ),
          { concurrency: "unbounded" }
        )
      }
      yield* Effect.repeat(Effect.sleep("50 millis"), { until: () => sockets() <= before + 2 })
      assert.strictEqual((yield* gateway.get("/health")).status, 200)
    }), TEST_TIMEOUT)
})
