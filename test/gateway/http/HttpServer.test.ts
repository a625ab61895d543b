/** How many clients one gateway lets in. */
import { assert, describe, it } from "@effect/vitest"
import { BuyRoute } from "@flash-sale/gateway/buy/BuyRoute"
import * as HttpServer from "@flash-sale/gateway/http/HttpServer"
import { Effect, Layer, Schedule } from "effect"
import { connect, type Socket } from "node:net"
import { freePort } from "../../servers/Ports.ts"

const MAX = 3

const connected = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<Socket>((resume) => {
      const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
      socket.on("error", () => {})
      // A client that does not read does not notice that the other side has closed.
      socket.resume()
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const closed = (socket: Socket) =>
  Effect.callback<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })

/** Each request is answered at once. */
const buying = Layer.succeed(BuyRoute, {
  take: (_, response) => {
    response.end()
    return true
  }
})

const answered = (port: number) =>
  Effect.promise(() => fetch(`http://127.0.0.1:${port}/buy`, { method: "POST" }).then(({ ok }) => ok, () => false))

describe("HttpServer", () => {
  it.live("the port closes connections beyond its bound, and serves again when others end", () =>
    Effect.gen(function*() {
      const port = yield* Effect.promise(freePort)
      yield* Layer.build(Layer.provide(HttpServer.layer(port, MAX), buying))
      const sockets = yield* Effect.forEach(Array.from({ length: MAX }), () => connected(port))
      yield* closed(yield* connected(port))
      assert.isFalse(yield* answered(port))
      assert.deepStrictEqual(sockets.map((socket) => socket.closed), [false, false, false])
      sockets[0]?.destroy()
      yield* Effect.repeat(answered(port), { schedule: Schedule.spaced("10 millis"), until: (is: boolean) => is })
    }).pipe(Effect.scoped))

  it("the port has a bound by default", () => {
    assert.strictEqual(HttpServer.MAX_CONNECTIONS, 10_000)
  })
})
