/** Whom one gateway lets in, and what a single connection may cost it. */
import { assert, describe, it } from "@effect/vitest"
import { HotRoutes } from "@flash-sale/gateway/hot/HotRoutes"
import * as HttpServer from "@flash-sale/gateway/http/HttpServer"
import { MAX_PIPELINED } from "@flash-sale/infra/http/ClientConnection"
import type { Bounds } from "@flash-sale/infra/http/Seats"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Networks from "@flash-sale/infra/settings/Networks"
import { Effect, Layer, Metric, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { ServerResponse } from "node:http"
import * as MemoryOutput from "../../infra/observability/logs/MemoryOutput.ts"
import { type Client, closed, connected, until } from "../../servers/Clients.ts"
import { freePort } from "../../servers/Ports.ts"

const BOUNDS: Bounds = { max: 4, maxPerAddress: 3, reserved: 2 }
/** Another client on this machine. */
const OTHER = "127.0.0.2"
/** More than the system keeps for a client that does not read. */
const LARGE = Buffer.alloc(32 * 1024 * 1024)

/** Requests as they come: those for `/held` are answered later, for `/large` with much, all others at once. */
const answering = () => {
  const held: Array<ServerResponse> = []
  const taken: Array<string> = []
  const route = Layer.succeed(HotRoutes, {
    take: ({ url = "" }, response) => {
      taken.push(url)
      if (url.startsWith("/held")) held.push(response)
      else response.end(url === "/large" ? LARGE : url)
      return true
    }
  })
  return { held, taken, route }
}

const listening = (
  { route }: Pick<ReturnType<typeof answering>, "route">,
  { bounds = BOUNDS, trusted = "" }: { readonly bounds?: Bounds; readonly trusted?: string } = {}
) =>
  Effect.gen(function*() {
    const httpPort = yield* Effect.promise(freePort)
    const trustedProxies = Networks.networks.read(trusted) ?? []
    yield* Layer.build(
      Layer.provide(HttpServer.layer({ httpPort, httpHost: undefined, trustedProxies }, bounds), route)
    )
    return httpPort
  })

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`
const areClosed = (clients: ReadonlyArray<Client>) => clients.map(({ socket }) => socket.closed)

describe("HttpServer: who is let in", () => {
  it.live("the connection that is idle for longest makes room, and what it is used for counts", () =>
    Effect.gen(function*() {
      const port = yield* listening(answering(), { trusted: "127.0.0.0/8" })
      const [first, second, third, fourth] = yield* Effect.forEach([1, 2, 3, 4], () => connected(port))
      first!.say(get("/a"))
      yield* until(() => first!.heard().endsWith("/a"))
      const next = yield* connected(port)
      yield* closed(second!)
      next.say(get("/b"))
      yield* until(() => next.heard().endsWith("/b"))
      assert.deepStrictEqual(areClosed([first!, third!, fourth!, next]), [false, false, false, false])
    }).pipe(Effect.scoped))

  it.live("a client takes the room of itself alone, and of nobody where it is a trusted proxy", () =>
    Effect.gen(function*() {
      const port = yield* listening(answering())
      const other = yield* connected(port, OTHER)
      const own = yield* Effect.forEach([1, 2, 3], () => connected(port))
      const fourth = yield* connected(port)
      yield* closed(own[0]!)
      assert.deepStrictEqual(areClosed([other, own[1]!, own[2]!, fourth]), [false, false, false, false])
      const trusting = yield* listening(answering(), { trusted: "10.0.0.0/8,127.0.0.1" })
      const all = yield* Effect.forEach([1, 2, 3, 4], () => connected(trusting))
      all[3]!.say(get("/d"))
      yield* until(() => all[3]!.heard().endsWith("/d"))
      assert.deepStrictEqual(areClosed(all), [false, false, false, false])
    }).pipe(Effect.scoped))

  it.live("where every connection has an answer under way, probes are answered and all else is closed", () =>
    Effect.gen(function*() {
      const requests = answering()
      const port = yield* listening(requests)
      const busy = [
        ...yield* Effect.forEach([1, 2, 3], () => connected(port)),
        yield* connected(port, OTHER)
      ]
      for (const { say } of busy) say(get("/held"))
      yield* until(() => requests.held.length === busy.length)
      for (const address of [undefined, OTHER]) {
        const buyer = yield* connected(port, address)
        buyer.say(get("/b"))
        yield* closed(buyer)
        const probe = yield* connected(port, address)
        probe.say(get("/health"))
        yield* until(() => probe.heard().endsWith("/health"))
      }
      // Connections that stay silent do not keep a probe out.
      const silent = yield* Effect.forEach([1, 2], () => connected(port))
      const probe = yield* connected(port)
      probe.say(get("/metrics"))
      yield* until(() => probe.heard().endsWith("/metrics"))
      yield* closed(silent[0]!)
      assert.deepStrictEqual(areClosed(busy), [false, false, false, false])
      assert.notInclude(requests.taken, "/b")
      for (const response of requests.held) response.end("done")
      yield* until(() => busy.every(({ heard }) => heard().endsWith("done")))
    }).pipe(Effect.scoped))

  it("the port has bounds by default", () => {
    assert.deepStrictEqual(
      [HttpServer.MAX_CONNECTIONS, HttpServer.MAX_PER_ADDRESS, HttpServer.RESERVED_FOR_PROBES],
      [10_000, 1_000, 100]
    )
  })
})

describe("HttpServer: one connection", () => {
  it.live("a request waits for the answers before it on its connection", () =>
    Effect.gen(function*() {
      const requests = answering()
      const port = yield* listening(requests)
      const client = yield* connected(port)
      client.say(get("/held/1") + get("/held/2") + get("/3"))
      const other = yield* connected(port)
      other.say(get("/else"))
      yield* until(() => other.heard().endsWith("/else"))
      assert.deepStrictEqual(requests.taken, ["/held/1", "/else"])
      requests.held[0]!.end("1")
      yield* until(() => requests.held.length === 2)
      requests.held[1]!.end("2")
      yield* until(() => client.heard().endsWith("/3"))
      assert.deepStrictEqual(requests.taken, ["/held/1", "/else", "/held/2", "/3"])
    }).pipe(Effect.scoped))

  it.live("a connection is closed on which too many requests wait, or too much of them", () =>
    Effect.gen(function*() {
      const requests = answering()
      const port = yield* listening(requests)
      const most = yield* connected(port)
      most.say(get("/held") + get("/next").repeat(MAX_PIPELINED))
      yield* until(() => requests.held.length === 1)
      const more = yield* connected(port)
      more.say(get("/held") + get("/next").repeat(MAX_PIPELINED + 1))
      yield* closed(more)
      const large = yield* connected(port)
      const head = `GET /next HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(15_000)}\r\n\r\n`
      large.say(get("/held") + head.repeat(5))
      yield* closed(large)
      assert.deepStrictEqual(requests.taken, ["/held", "/held", "/held"])
      requests.held[0]!.end()
      yield* until(() => requests.taken.filter((url) => url === "/next").length === MAX_PIPELINED)
    }).pipe(Effect.scoped))

  it.live("of a connection that is closed no further request is parsed, also of what has come already", () =>
    Effect.gen(function*() {
      let parsed = 0
      const onRequest = () => {
        parsed++
      }
      subscribe("http.server.request.start", onRequest)
      yield* Effect.addFinalizer(() => Effect.sync(() => unsubscribe("http.server.request.start", onRequest)))
      const port = yield* listening(answering())
      const client = yield* connected(port)
      client.say(get("/held") + get("/next").repeat(1_000))
      yield* closed(client)
      assert.strictEqual(parsed, 1 + MAX_PIPELINED + 1)
    }).pipe(Effect.scoped))

  it.effect("a client that does not read is dropped, and one that waits for its answer is not", () =>
    Effect.gen(function*() {
      const requests = answering()
      const port = yield* listening(requests)
      const waiting = yield* connected(port)
      waiting.say(get("/held"))
      const deaf = yield* connected(port)
      deaf.socket.pause()
      deaf.say(get("/large"))
      yield* until(() => requests.taken.length === 2)
      yield* TestClock.adjust("29 seconds")
      assert.isFalse(deaf.socket.closed)
      yield* TestClock.adjust("5 seconds")
      deaf.socket.resume()
      yield* closed(deaf)
      assert.isBelow(deaf.size(), LARGE.length)
      assert.isFalse(waiting.socket.closed)
      requests.held[0]!.end("late")
      yield* until(() => waiting.heard().endsWith("late"))
    }).pipe(Effect.scoped))
})

describe("HttpServer: what it tells", () => {
  it.live("the port shows its connections, what it dropped and why, and logs once that room is short", () =>
    Effect.gen(function*() {
      const { lines, output } = MemoryOutput.make()
      yield* Effect.gen(function*() {
        const { collect } = yield* Telemetry.Telemetry
        const requests = answering()
        const port = yield* listening(requests)
        for (const { say } of yield* Effect.forEach([1, 2, 3], () => connected(port))) say(get("/held"))
        yield* until(() => requests.held.length === 3)
        for (let more = 0; more < 5; more++) {
          const client = yield* connected(port)
          client.say(get("/b"))
          yield* closed(client)
        }
        // What is no request is counted, and is no sign of too little room.
        const hostless = yield* connected(port, OTHER)
        hostless.say("GET /b HTTP/1.1\r\n\r\n")
        yield* closed(hostless)
        const shown = Effect.map(
          collect,
          (text) => [...text.matchAll(/^(gateway_connections\S* \d+)$/gm)].map(([, sample]) => sample!)
        )
        yield* Effect.repeat(shown, {
          schedule: Schedule.spaced("100 millis"),
          until: (samples) => samples.includes("gateway_connections 3")
        })
        assert.deepStrictEqual((yield* shown).toSorted(), [
          "gateway_connections 3",
          "gateway_connections_dropped_total{reason=\"accept\"} 0",
          "gateway_connections_dropped_total{reason=\"address\"} 5",
          "gateway_connections_dropped_total{reason=\"full\"} 0",
          "gateway_connections_dropped_total{reason=\"head_too_large\"} 0",
          "gateway_connections_dropped_total{reason=\"late\"} 0",
          "gateway_connections_dropped_total{reason=\"malformed\"} 1",
          "gateway_connections_dropped_total{reason=\"pipelined\"} 0",
          "gateway_connections_dropped_total{reason=\"slow\"} 0",
          "gateway_connections_max 4"
        ])
      }).pipe(
        Effect.scoped,
        Effect.provide(
          Telemetry.layerMetrics("gateway").pipe(
            Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map())),
            Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output }))
          )
        )
      )
      const said = lines().map((line) => JSON.parse(line)).filter(({ event }) => event === "connections_short")
      assert.deepStrictEqual(said.map(({ level, message }) => [level, message]), [[
        "ERROR",
        "5 connections were closed or not let in, 3 of 4 are open: the bound of one address is reached, of 127.0.0.1"
      ]])
    }))
})
