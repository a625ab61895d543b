/** Several sockets that listen on one port: how many connections come in at once, and how they end. */
import { assert, describe, it } from "@effect/vitest"
import { BoundedServer } from "@flash-sale/infra/http/listening/BoundedServer"
import * as FreePorts from "@flash-sale/infra/http/listening/FreePorts"
import * as Listener from "@flash-sale/infra/http/listening/Listener"
import * as SharedPort from "@flash-sale/infra/http/listening/SharedPort"
import type { Bounds } from "@flash-sale/infra/http/Seats"
import { Effect, Exit, Layer, type Scope } from "effect"
import { once } from "node:events"
import { connect, type Server, type Socket } from "node:net"

const HERE = { host: "127.0.0.1" }
const CLIENTS = 128
const MANY: Bounds = { max: 1_000, maxPerAddress: 1_000, reserved: 0 }
const HEAD = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n"

/** A server that answers each whole request with its body, on a port with so many sockets. */
const serverOf = (sockets: number, bounds = MANY): Effect.Effect<BoundedServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const server = new BoundedServer(
      { bounds, isTrusted: () => false, isProbe: () => false, onDrop: () => undefined },
      {
        take: (request, response) => {
          request.on("data", (chunk: Buffer) => response.write(chunk)).on("end", () => response.end())
          return true
        }
      }
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    yield* Effect.promise(() => {
      server.listen({ ...HERE, port: 0, reusePort: true })
      return once(server, "listening")
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
    yield* Effect.orDie(SharedPort.share(server, sockets - 1, HERE.host))
    return server
  })

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("it does not listen")
  return address.port
}

const clientsOf = (server: Server, count = CLIENTS): Effect.Effect<ReadonlyArray<Socket>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => Array.from({ length: count }, () => connect(portOf(server), HERE.host).on("error", () => {}))),
    (clients) => Effect.sync(() => clients.forEach((client) => client.destroy()))
  )

/** In how many turns of the loop all connections that have come are accepted. */
const turnsOf = (sockets: number) =>
  Effect.scoped(Effect.gen(function*() {
    const server = yield* serverOf(sockets)
    let accepted = 0
    server.on("connection", () => accepted++)
    yield* clientsOf(server)
    return yield* Effect.promise(async () => {
      let turns = 0
      for (; accepted < CLIENTS; turns++) await new Promise((resolve) => setImmediate(resolve))
      return turns
    })
  }))

const listener = (wanted: FreePorts.WantedPort) =>
  Listener.layer({
    ...wanted,
    sockets: 4,
    metrics: "gateway",
    bounds: MANY,
    isTrusted: () => false,
    isProbe: () => false,
    take: () => false,
    shutdownTimeout: "1 second"
  })

const untilAll = <A>(all: ReadonlyArray<A>, isSo: (one: A) => boolean) =>
  Effect.repeat(Effect.sleep(10), { until: () => all.every(isSo) })

describe("a shared port", () => {
  it.live("accepts many connections in a turn of the loop, where one socket accepts one", () =>
    Effect.gen(function*() {
      assert.isTrue(yield* SharedPort.isPossible(HERE.host))
      assert.isAtLeast(yield* turnsOf(1), CLIENTS - 1)
      assert.isAtMost(yield* turnsOf(32), CLIENTS / 4)
    }))

  it.live("has the bounds of one server over all its sockets", () =>
    Effect.gen(function*() {
      const server = yield* serverOf(8, { ...MANY, max: 10 })
      let accepted = 0
      server.on("connection", () => accepted++)
      yield* clientsOf(server)
      yield* untilAll([server], () => accepted === CLIENTS)
      assert.strictEqual(server.admitted.open(), 10)
    }).pipe(Effect.scoped))

  it.live("closes when what was taken on all its sockets is answered, and not before; nobody listens then", () =>
    Effect.gen(function*() {
      const server = yield* serverOf(8)
      const port = portOf(server)
      const [clients, idle] = [yield* clientsOf(server), yield* clientsOf(server)]
      const all = [...clients, ...idle]
      const heard = all.map((client) => {
        let text = ""
        client.on("data", (chunk: Buffer) => text += chunk.toString())
        client.write(`${HEAD}o`)
        return () => text
      })
      // Each request has come but for its last byte, and a part of its answer is there.
      yield* untilAll(heard, (text) => text().includes("o\r\n"))
      idle.forEach((client) => client.write("k"))
      yield* untilAll(heard.slice(CLIENTS), (text) => text().endsWith("0\r\n\r\n"))
      let isClosed = false
      server.close(() => {
        isClosed = true
      })
      yield* untilAll(idle, ({ closed }) => closed)
      assert.isFalse(isClosed)
      const late = yield* Effect.exit(Effect.tryPromise(() => once(connect(port, HERE.host), "connect")))
      assert.isTrue(Exit.isFailure(late), "nobody listens")
      const finish = (some: ReadonlyArray<Socket>) => {
        some.forEach((client) => client.end("k"))
        return untilAll(some, ({ closed }) => closed)
      }
      yield* finish(clients.slice(1))
      assert.isFalse(isClosed)
      yield* finish(clients.slice(0, 1))
      assert.isTrue(heard.every((text) => text().endsWith("0\r\n\r\n")))
      yield* untilAll([server], () => isClosed)
    }).pipe(Effect.scoped))

  it.live("is said to be taken to others who want it for themselves", () =>
    Effect.gen(function*() {
      const port = portOf(yield* serverOf(4))
      const error = yield* Effect.flip(FreePorts.require([{ ...HERE, port, variable: "HTTP_PORT" }]))
      assert.match(error.message, /^cannot listen on port \d+ \(HTTP_PORT\): another process listens there/)
    }).pipe(Effect.scoped))

  it.live("is refused to a second server that would share it, however long ago it was asked for", () =>
    Effect.gen(function*() {
      const port = yield* Effect.scoped(Effect.map(serverOf(1), portOf))
      const wanted = { ...HERE, port, variable: "HTTP_PORT" } as const
      // Both have asked before either listens.
      yield* FreePorts.require([wanted])
      yield* FreePorts.require([wanted])
      yield* Layer.build(listener(wanted))
      const error = yield* Effect.flip(Layer.build(listener(wanted)))
      assert.match(error.message, /^cannot listen on port \d+ \(HTTP_PORT\): another process listens there/)
    }).pipe(Effect.scoped))
})
