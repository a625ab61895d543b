import { expect, it } from "@effect/vitest"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import * as FreePorts from "@flash-sale/infra/http/listening/FreePorts"
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect, Layer, Metric, Redacted, Ref } from "effect"
import { TestClock } from "effect/testing"
import { createServer } from "node:net"
import { describe } from "vitest"
import * as Clients from "../../servers/Clients.ts"
import { OPEN } from "./TestListener.ts"

const fetched = (port: number, path: string) =>
  Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return { status: response.status, type: response.headers.get("content-type"), body: await response.text() }
  })

/** A port that is taken for as long as the scope lives. */
const taken = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
    const server = createServer()
    server.listen(0, () => {
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("no port")
      resume(Effect.succeed({ port: address.port, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const free = Effect.scoped(Effect.map(taken, ({ port }) => port))

const telemetry = Telemetry.layerMetrics("processor").pipe(
  Layer.provide(Layer.succeed(Metric.MetricRegistry, new Map()))
)

describe("MetricsServer", () => {
  it.live("the port serves metrics, and health with its status", () =>
    Effect.gen(function*() {
      const port = yield* free
      const kafka = yield* Ref.make(true)
      const ready = yield* Ref.make(true)
      const health = Effect.map(Ref.get(kafka), (isUp): MetricsServer.Health & { readonly kafka: boolean } => ({
        status: isUp ? "healthy" : "unhealthy",
        kafka: isUp
      }))
      yield* Effect.gen(function*() {
        const metrics = yield* fetched(port, "/metrics")
        expect(metrics.status).toBe(200)
        expect(metrics.type).toContain("text/plain; version=0.0.4")
        expect(metrics.body).toContain("\nprocessor_orders_processed_total 0\n")
        // Of the dead letters nothing is known yet.
        expect(metrics.body).not.toContain("processor_dlq_size")
        expect(yield* fetched(port, "/health")).toMatchObject({
          status: 200,
          body: "{\"status\":\"healthy\",\"kafka\":true}"
        })
        yield* Ref.set(kafka, false)
        expect(yield* fetched(port, "/health")).toMatchObject({
          status: 503,
          body: "{\"status\":\"unhealthy\",\"kafka\":false}"
        })
        const version = yield* fetched(port, "/version")
        expect(version.status).toBe(200)
        expect(JSON.parse(version.body)).toMatchObject({ name: "flash-sale-engine", rules_version: RULES_VERSION })
        // Away is no reason to be restarted, nor to be no longer asked.
        expect(yield* fetched(port, "/livez")).toMatchObject({ status: 200, body: "{\"status\":\"live\"}" })
        expect(yield* fetched(port, "/readyz")).toMatchObject({ status: 200, body: "{\"status\":\"ready\"}" })
        yield* Ref.set(ready, false)
        expect(yield* fetched(port, "/readyz")).toMatchObject({ status: 503, body: "{\"status\":\"not_ready\"}" })
        expect((yield* fetched(port, "/else")).status).toBe(404)
      }).pipe(
        Effect.provide(
          Layer.provide(
            MetricsServer.layer({ ...OPEN, port, health, isReady: Ref.get(ready), metrics: "processor" }),
            telemetry
          )
        )
      )
    }))

  it.live("the port has a bound, closes the connection that is idle for longest, and shows that it did", () =>
    Effect.gen(function*() {
      const port = yield* free
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const bounds = { max: 3, maxPerAddress: 2, reserved: 1 }
      const options = { ...OPEN, port, health, isReady: Effect.succeed(true), metrics: "processor", bounds } as const
      yield* Layer.build(
        MetricsServer.layer(options).pipe(
          Layer.provide(Telemetry.layerMetrics("processor")),
          Layer.provide(Layer.succeed(Metric.MetricRegistry, new Map()))
        )
      )
      const first = yield* Clients.connected(port)
      const second = yield* Clients.connected(port)
      const third = yield* Clients.connected(port, "127.0.0.2")
      const fourth = yield* Clients.connected(port)
      yield* Clients.closed(first)
      fourth.say("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
      yield* Clients.until(() => fourth.heard().includes("processor_connections_max 3\n"))
      expect(fourth.heard()).toContain("\nprocessor_connections_dropped_total{reason=\"address\"} 1\n")
      expect(fourth.heard()).toContain("\nprocessor_connections_dropped_total{reason=\"full\"} 0\n")
      expect([second, third, fourth].map(({ socket }) => socket.closed)).toEqual([false, false, false])
    }).pipe(Effect.scoped))

  it.live("a client that offers another protocol goes on with this one", () =>
    Effect.gen(function*() {
      const port = yield* free
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const options = { ...OPEN, port, health, isReady: Effect.succeed(true), metrics: "processor" } as const
      yield* Layer.build(Layer.provide(MetricsServer.layer(options), telemetry))
      const client = yield* Clients.connected(port)
      client.say("GET /livez HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n")
      yield* Clients.until(() => client.heard().endsWith("{\"status\":\"live\"}"))
      client.say("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
      yield* Clients.until(() => client.heard().split("{\"status\":\"live\"}").length === 3)
    }).pipe(Effect.scoped))

  it.effect("metrics are collected ten times a second at the most, for all who ask meanwhile", () =>
    Effect.gen(function*() {
      const port = yield* free
      let collections = 0
      const counted = Layer.succeed(Telemetry.Telemetry, {
        collect: Effect.sync(() => `collection ${++collections}\n`)
      })
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const options = { ...OPEN, port, health, isReady: Effect.succeed(true), metrics: "processor" } as const
      yield* Layer.build(Layer.provide(MetricsServer.layer(options), counted))
      expect(yield* fetched(port, "/metrics")).toMatchObject({ status: 200, body: "collection 1\n" })
      const clients = yield* Effect.forEach([1, 2, 3], () => Clients.connected(port))
      // One that is answered after the others have asked shows that they have.
      const last = yield* Clients.connected(port)
      for (const { say } of clients) say("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
      last.say("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
      yield* Clients.until(() => last.heard().endsWith("{\"status\":\"live\"}"))
      clients[0]!.socket.destroy()
      yield* TestClock.adjust("99 millis")
      expect(collections).toBe(1)
      yield* TestClock.adjust("1 millis")
      yield* Clients.until(() => clients.slice(1).every(({ heard }) => heard().endsWith("collection 2\n")))
    }).pipe(Effect.scoped))

  it.live("metrics are for those who show the token, where there is one, and a host has a listed name", () =>
    Effect.gen(function*() {
      const port = yield* free
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const token = Redacted.make("0123456789abcdef\nfedcba9876543210")
      const allowedHosts = new Set(["metrics.example"])
      const options = { ...OPEN, port, health, isReady: Effect.succeed(true), metrics: "processor" } as const
      yield* Layer.build(Layer.provide(MetricsServer.layer({ ...options, token, allowedHosts }), telemetry))
      const asked = Effect.fnUntraced(function*(path: string, more: string, host = "metrics.example:9090") {
        const client = yield* Clients.connected(port)
        client.say(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${more}connection: close\r\n\r\n`)
        yield* Clients.closed(client)
        return client.heard()
      })
      const shown = (value: string) => `authorization: ${value}\r\n`
      const wrong = ["", "Bearer", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Basic 0123456789abcdef"]
      for (const value of wrong) {
        const answer = yield* asked("/metrics", value === "" ? "" : shown(value))
        expect(answer, value).toMatch(/^HTTP\/1\.1 401 /)
        expect(answer).toContain("www-authenticate: Bearer realm=\"metrics\"")
        expect(answer).toContain("\"code\":\"unauthenticated\"")
        expect(answer).not.toContain("processor_")
      }
      for (const value of ["Bearer 0123456789abcdef", "bearer  0123456789abcdef", "Bearer fedcba9876543210"]) {
        expect(yield* asked("/metrics", shown(value))).toMatch(/^HTTP\/1\.1 200 /)
      }
      expect(yield* asked("/livez", "")).toMatch(/^HTTP\/1\.1 200 /)
      expect(yield* asked("/livez", "", "evil.example")).toMatch(/^HTTP\/1\.1 421 /)
      expect(yield* asked("/metrics", shown("Bearer 0123456789abcdef"), "evil.example")).toMatch(/^HTTP\/1\.1 421 /)
      expect(yield* asked("/livez", "", "10.1.2.3:9090")).toMatch(/^HTTP\/1\.1 200 /)
    }).pipe(Effect.scoped))

  it.live("a port listens at the address that it is given, and at no other", () =>
    Effect.gen(function*() {
      const port = yield* free
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const options = { ...OPEN, port, health, isReady: Effect.succeed(true), metrics: "processor" } as const
      const at = (host: string, of = port) =>
        Effect.promise(() => fetch(`http://${host}:${of}/livez`).then(({ status }) => status, () => "refused"))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Layer.build(Layer.provide(MetricsServer.layer(options), telemetry))
        expect([yield* at("127.0.0.1"), yield* at("127.0.0.2"), yield* at("[::1]")]).toEqual([
          200,
          "refused",
          "refused"
        ])
        // Who asks before the start is told of the same address.
        const asked = (host: string) => Effect.exit(FreePorts.require([{ port, host, variable: "METRICS_PORT" }]))
        expect((yield* asked("127.0.0.2"))._tag).toBe("Success")
        expect((yield* asked("127.0.0.1"))._tag).toBe("Failure")
      }))
      const other = yield* free
      yield* Layer.build(Layer.provide(MetricsServer.layer({ ...options, port: other, host: undefined }), telemetry))
      expect([yield* at("127.0.0.1", other), yield* at("127.0.0.2", other)]).toEqual([200, 200])
    }).pipe(Effect.scoped))

  it.live("a port that is taken is an error of one line", () =>
    Effect.gen(function*() {
      const { port } = yield* taken
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const error = yield* Effect.flip(
        Layer.build(
          Layer.provide(
            MetricsServer.layer({ ...OPEN, port, health, isReady: Effect.succeed(true), metrics: "processor" }),
            telemetry
          )
        )
      )
      expect(error._tag).toBe("CannotListen")
      expect(error.message).toMatch(
        new RegExp(`^cannot listen on port ${port} \\(METRICS_PORT\\): another process listens there \\(EADDRINUSE\\)$`)
      )
    }).pipe(Effect.scoped))
})
