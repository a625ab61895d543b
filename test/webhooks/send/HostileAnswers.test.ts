/** Answers that no server should give, one attempt each: it ends in time, with a word about it, and nothing breaks. */
import { assert, describe, it } from "@effect/vitest"
import type { Endpoint } from "@flash-sale/webhooks/endpoints/EndpointList"
import * as Sender from "@flash-sale/webhooks/send/Sender"
import { Effect } from "effect"
import type { Socket } from "node:net"
import { gzipSync } from "node:zlib"
import * as RawReceiver from "../RawReceiver.ts"
import * as Test from "../TestWebhooks.ts"

const OUTGOING = { id: "3-1-3", body: "{}", traceparent: undefined }

const endpointAt = (url: string): Endpoint => Test.fileOf([Test.written("shop", url)]).current()[0]!

/** What each of so many attempts, one after the other, has come to. */
const attempts = (count: number, answer: (socket: Socket, asked: RawReceiver.Asked) => void) =>
  Effect.gen(function*() {
    const receiver = yield* RawReceiver.make(answer)
    const sender = yield* Sender.Sender
    const endpoint = endpointAt(receiver.url)
    const results = yield* Effect.forEach(Array.from({ length: count }), () => sender.send(endpoint, OUTGOING))
    return { asked: receiver.asked, results }
  }).pipe(Effect.scoped, Effect.provide(Sender.layer({ allowPrivate: true })))

const first = (text: string | Buffer, end = false) =>
  Effect.map(
    attempts(1, (socket) => void (end ? socket.end(text) : socket.write(text))),
    ({ results }) => {
      const [result] = results
      return result?._tag === "Failed" ? result.error : result?._tag
    }
  )

const FINE = "HTTP/1.1 204 No Content\r\n\r\n"
const gzip = (length: number) => {
  const body = gzipSync(Buffer.alloc(length))
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

const CASES: ReadonlyArray<readonly [what: string, answer: string | Buffer, end: boolean, expected: string]> = [
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", true, "Delivered"],
  ["HTTP/1.0 that does not end", "HTTP/1.0 200 OK\r\n\r\nand so on", false, "Delivered"],
  ["a length that it does not keep to", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n.", true, "Delivered"],
  ["chunks that are none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n", false, "Delivered"],
  [
    "both a length and chunks",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    false,
    "the exchange failed (HPE_INVALID_TRANSFER_ENCODING)"
  ],
  ["many megabytes in a few bytes", gzip(20_000_000), false, "Delivered"],
  ["early hints before", `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n`.repeat(1_000) + FINE, false, "Delivered"],
  ["100 before", `HTTP/1.1 100 Continue\r\n\r\n${FINE}`, false, "Delivered"],
  ["early hints alone", "HTTP/1.1 103 Early Hints\r\n\r\n", true, "the connection was reset"],
  [
    "another protocol",
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    false,
    "answered 101"
  ],
  [
    "a header of 32 KiB",
    `HTTP/1.1 204 No Content\r\nx: ${"a".repeat(32_768)}\r\n\r\n`,
    false,
    "the exchange failed (HPE_HEADER_OVERFLOW)"
  ],
  [
    "very many headers",
    `HTTP/1.1 204 No Content\r\n${"x: a\r\n".repeat(10_000)}\r\n`,
    false,
    "the exchange failed (HPE_HEADER_OVERFLOW)"
  ],
  ["a status of four digits", "HTTP/1.1 2004 OK\r\n\r\n", true, "the exchange failed (HPE_INVALID_STATUS)"],
  ["no HTTP", "SSH-2.0-OpenSSH_9.9\r\n", true, "the exchange failed (HPE_INVALID_CONSTANT)"],
  ["nothing", "", true, "the connection was reset"],
  [
    "a redirect to itself",
    "HTTP/1.1 308 Permanent Redirect\r\nlocation: /hooks\r\ncontent-length: 0\r\n\r\n",
    false,
    "answered 308, and no redirect is followed"
  ]
]

describe("An answer", () => {
  it.live.each(CASES)("of %s", ([, answer, end, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* first(answer, end), expected)
    }), 15_000)

  it.live("whose head comes a byte at a time is waited for no longer than any", () =>
    Effect.gen(function*() {
      const slow = attempts(1, (socket) => {
        const timer = setInterval(() => socket.write("H"), 200)
        socket.write("HTTP/1.1 200 OK\r\nx: ")
        socket.once("close", () => clearInterval(timer))
      })
      const { results } = yield* slow
      assert.deepInclude(results[0], { _tag: "Failed", error: "no answer within 10 s" })
    }), 15_000)

  it.live("on a connection that is closed just then is no failure: it is sent again on another one", () =>
    Effect.gen(function*() {
      const { asked, results } = yield* attempts(6, (socket, { turn }) => {
        if (turn === 2) return void socket.resetAndDestroy()
        socket.write(FINE)
      })
      assert.deepStrictEqual(results.map(({ _tag }) => _tag), Array.from({ length: 6 }, () => "Delivered"))
      const closed = asked.filter(({ turn }) => turn === 2).length
      assert.isAtLeast(closed, 2)
      assert.strictEqual(asked.length, results.length + closed)
    }))

  it.live("that never comes on a new connection is a failure at once", () =>
    Effect.gen(function*() {
      const { asked, results } = yield* attempts(2, (socket) => void socket.resetAndDestroy())
      assert.deepStrictEqual(results.map((result) => result._tag === "Failed" && result.error), [
        "the connection was reset",
        "the connection was reset"
      ])
      assert.strictEqual(asked.length, 2)
    }))
})

describe("What is sent", () => {
  const unsendable = { id: "3-1-3\r\nx: y", body: "{}", traceparent: undefined }
  it.live("with what no header may hold is a failure, and reaches nobody", () =>
    Effect.gen(function*() {
      const receiver = yield* RawReceiver.make((socket) => void socket.write(FINE))
      const { send } = yield* Sender.Sender
      const endpoint = endpointAt(receiver.url)
      for (const outgoing of [unsendable, { ...unsendable, id: "3-\u0000" }, { ...unsendable, id: "3-\u2192" }]) {
        assert.deepInclude(yield* send(endpoint, outgoing), {
          _tag: "Failed",
          error: "the exchange failed (ERR_INVALID_CHAR)"
        })
      }
      assert.strictEqual((yield* send(endpoint, OUTGOING))._tag, "Delivered")
      assert.deepStrictEqual(receiver.asked.map(({ id }) => id), ["3-1-3"])
    }).pipe(Effect.scoped, Effect.provide(Sender.layer({ allowPrivate: true }))))
})
