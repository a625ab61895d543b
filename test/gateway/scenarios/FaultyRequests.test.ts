/** Bytes that are no request, behind one that was taken and alone: what was taken is answered, the rest in words. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type Client, closed, connected, until } from "../../servers/Clients.ts"
import * as TestGateway from "../TestGateway.ts"

const HOST = "host: x\r\n"
const buy = (body: string, length = Buffer.byteLength(body), more = HOST) =>
  `POST /buy HTTP/1.1\r\n${more}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`
const get = (path: string, more = HOST) => `GET ${path} HTTP/1.1\r\n${more}\r\n`
const huge = `GET /health HTTP/1.1\r\n${HOST}x: ${"y".repeat(20_000)}\r\n\r\n`

const statusesOf = ({ heard }: Client) =>
  [...heard().matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))
/** The body of the last answer. */
const bodyOf = ({ heard }: Client): Record<string, unknown> => JSON.parse(heard().split("\r\n\r\n").at(-1)!)

/** Says something at once, and hears all until the other side closes. */
const spoken = (text: string, then: (client: Client) => void = () => {}) =>
  Effect.gen(function*() {
    const { port } = yield* TestGateway.TestGateway
    const client = yield* connected(port)
    client.say(text)
    then(client)
    yield* closed(client)
    return client
  })

let sent = 0
const order = (more: object = {}) =>
  TestGateway.order({ request_id: `faulty-${sent++}`, user_id: `u-${sent}`, item_id: "faulty", ...more })

layer(TestGateway.layer(), { excludeTestServices: true, timeout: 60_000 })(
  "A request that is followed by a fault",
  (it) => {
    it.effect("is answered as it was taken, whatever follows it", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("faulty", 1_000)
        const followed: ReadonlyArray<string> = [
          " ",
          "\n\nx",
          "}",
          "NOT HTTP\r\n\r\n",
          `GET / HTTP/9.9\r\n${HOST}\r\n`,
          `POST /buy HTTP/1.1\r\n${HOST}content-length: -1\r\n\r\n`,
          `POST /buy HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\nzz\r\n`,
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          `CONNECT x:443 HTTP/1.1\r\n${HOST}\r\n`,
          huge,
          "y".repeat(300_000)
        ]
        for (const more of followed) {
          const client = yield* spoken(buy(order()) + more)
          assert.deepStrictEqual(statusesOf(client), [202], more.slice(0, 60))
          assert.match(client.heard(), /connection: close/i, more.slice(0, 60))
        }
      }))

    it.effect("is answered with all before it, in their order", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("faulty", 1_000)
        const client = yield* spoken(buy(order()) + get("/nowhere") + buy(order()) + buy(order(), 0) + "!")
        assert.deepStrictEqual(statusesOf(client).slice(0, 3), [202, 404, 202])
        const idle = yield* spoken(get("/nowhere"), (client) => {
          client.socket.once("data", () => client.say("NOT HTTP\r\n\r\n"))
        })
        assert.deepStrictEqual(statusesOf(idle), [404, 400])
      }))
  }
)

layer(TestGateway.layer(), { excludeTestServices: true, timeout: 60_000 })("A request that is none", (it) => {
  it.effect("is refused in the form of the API, and with the reason", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [string, number, string]> = [
        ["NOT HTTP\r\n\r\n", 400, "bad_request"],
        ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_request"],
        [buy(order(), 9).replace("content-length: 9", "content-length: -9"), 400, "bad_request"],
        [
          `POST /buy HTTP/1.1\r\n${HOST}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
          400,
          "bad_request"
        ],
        [huge, 431, "head_too_large"],
        [`CONNECT x:443 HTTP/1.1\r\n${HOST}\r\n`, 405, "method_not_allowed"],
        [get("/health", ""), 400, "bad_request"],
        [get("/health", "host: \r\n"), 400, "bad_request"],
        [get("/health", "host: a b\r\n"), 400, "bad_request"],
        [get("/health", "host: a/b\r\n"), 400, "bad_request"],
        [get("/health", "host: a\r\nHost: evil\r\n"), 400, "bad_request"],
        [buy(order(), undefined, "host: a\r\nhost: a\r\n"), 400, "bad_request"],
        [
          `POST /buy HTTP/1.1\r\n${HOST}content-type: application/json\r\ntransfer-encoding: gzip, chunked\r\n\r\n` +
          `2\r\n{}\r\n0\r\n\r\n`,
          501,
          "unsupported_transfer_encoding"
        ]
      ]
      for (const [text, status, code] of cases) {
        const client = yield* spoken(text)
        assert.deepStrictEqual(statusesOf(client), [status], text.slice(0, 80))
        const { code: said, correlation_id, error, retryable } = bodyOf(client)
        assert.deepStrictEqual([said, retryable], [code, false], text.slice(0, 80))
        assert.isString(error)
        assert.include(client.heard(), `x-correlation-id: ${String(correlation_id)}\r\n`)
        assert.match(client.heard(), /connection: close/i)
      }
    }))

  it.effect("names of hosts of every form are taken", () =>
    Effect.gen(function*() {
      for (
        const host of ["x", "x:80", "a-b.example:", "[::1]:8080", "10.0.0.1", "gateway_1", "xn--bcher-kva.example."]
      ) {
        const client = yield* spoken(get("/livez", `host: ${host}\r\nconnection: close\r\n`))
        assert.deepStrictEqual(statusesOf(client), [200], host)
      }
      const old = yield* spoken("GET /livez HTTP/1.0\r\n\r\n")
      assert.deepStrictEqual(statusesOf(old), [200])
    }))
})

layer(TestGateway.layer(), { excludeTestServices: true, timeout: 60_000 })("A client that says no more", (it) => {
  it.effect("hears the answer, and then the connection ends", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("faulty", 1_000)
      const half = (text: string) => spoken(text, ({ socket }) => socket.end())
      assert.deepStrictEqual(statusesOf(yield* half(buy(order()))), [202])
      assert.deepStrictEqual(statusesOf(yield* half(get("/nowhere") + buy(order()))), [404, 202])
      assert.deepStrictEqual(statusesOf(yield* half(buy(order()) + " ")), [202])
      const cut = yield* half(buy(order(), 5_000))
      assert.deepStrictEqual(statusesOf(cut), [400])
      assert.strictEqual(bodyOf(cut)["code"], "bad_request")
    }))

  it.effect("does not keep a stream", () =>
    Effect.gen(function*() {
      const { port } = yield* TestGateway.TestGateway
      const client = yield* connected(port)
      client.say(get("/items/faulty/events"))
      yield* until(() => client.heard().includes("text/event-stream"))
      client.socket.end()
      yield* closed(client)
    }))
})
