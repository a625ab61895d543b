import { expect, it } from "@effect/vitest"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect, Layer, Metric, Ref } from "effect"
import { createServer } from "node:net"
import { describe } from "vitest"

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
      }).pipe(Effect.provide(Layer.provide(MetricsServer.layer({ port, health, isReady: Ref.get(ready) }), telemetry)))
    }))

  it.live("a port that is taken is an error of one line", () =>
    Effect.gen(function*() {
      const { port } = yield* taken
      const health = Effect.succeed<MetricsServer.Health>({ status: "healthy" })
      const error = yield* Effect.flip(
        Layer.build(Layer.provide(MetricsServer.layer({ port, health, isReady: Effect.succeed(true) }), telemetry))
      )
      expect(error._tag).toBe("CannotListen")
      expect(error.message).toMatch(
        new RegExp(`^cannot listen on port ${port} \\(METRICS_PORT\\): listen EADDRINUSE[^\n]*$`)
      )
    }).pipe(Effect.scoped))
})
