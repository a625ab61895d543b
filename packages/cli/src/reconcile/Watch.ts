/**
 * `flash-sale reconcile --every`: compares again and again, and shows what was found at `METRICS_PORT`, so that an
 * alert can be raised on it. Each comparison reads the whole log. One that fails is reported, and the next one tries
 * anew.
 */
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import * as ReconcileMetrics from "@flash-sale/infra/observability/metrics/ReconcileMetrics"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Settings from "@flash-sale/infra/Settings"
import { Clock, type Duration, Effect, Layer, Metric, Schedule } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Interruption from "../terminal/Interruption.ts"
import * as ReconcileRun from "./ReconcileRun.ts"

const compareOnce = Effect.gen(function*() {
  const { differing, items, unclear } = yield* ReconcileRun.compare({ item: undefined, apply: false })
  yield* Metric.update(ReconcileMetrics.items, items)
  yield* Metric.update(ReconcileMetrics.differing, differing)
  yield* Metric.update(ReconcileMetrics.unclear, unclear)
  yield* Metric.update(ReconcileMetrics.lastRun, (yield* Clock.currentTimeMillis) / 1_000)
}).pipe(
  Effect.mapError(CommandFailed.from),
  CommandFailed.report,
  Effect.ignore
)

/** Never ends by itself. */
export const run = Effect.fnUntraced(function*(every: Duration.Duration) {
  const { allowedHosts, metricsHost, metricsPort, metricsToken } = yield* Settings.ProcessorSettings
  // It is healthy for as long as it compares, whatever it finds.
  const server = MetricsServer.layer({
    port: metricsPort,
    host: metricsHost,
    token: metricsToken,
    allowedHosts,
    health: Effect.succeed({ status: "healthy" as const }),
    isReady: Effect.succeed(true),
    metrics: "reconcile"
  }).pipe(Layer.provide(Telemetry.layerMetrics()))
  yield* Effect.repeat(compareOnce, Schedule.spaced(every)).pipe(Effect.provide(server))
  return yield* Effect.never
}, Interruption.isGoodEnd)
