/** Metrics of this process in Prometheus' text format. */
import * as OtelMetrics from "@effect/opentelemetry/OtelMetrics"
import * as Resource from "@effect/opentelemetry/Resource"
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus"
import { Context, Effect, Layer, Metric } from "effect"
import * as AccessMetrics from "./metrics/AccessMetrics.ts"
import * as ConnectionMetrics from "./metrics/ConnectionMetrics.ts"
import * as EngineMetrics from "./metrics/EngineMetrics.ts"
import * as Metrics from "./metrics/Metrics.ts"
import * as OrderActionMetrics from "./metrics/OrderActionMetrics.ts"
import type { Service } from "./metrics/Series.ts"

/** The media type of what `collect` gives: Prometheus' text format. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

/** The metrics of this process as text, for a route on the service's own port. */
export class Telemetry extends Context.Service<Telemetry, {
  /** Every series as it is now, with `# HELP` and `# TYPE`, under exactly the names of `Metrics`. */
  readonly collect: Effect.Effect<string>
}>()("@flash-sale/infra/observability/Telemetry") {}

/** OpenTelemetry's Prometheus exporter over Effect's metrics, without its server. Makes the services' series exist. */
export const layerMetrics = (
  ...services: ReadonlyArray<Service>
): Layer.Layer<Telemetry> =>
  Layer.effect(
    Telemetry,
    Effect.gen(function*() {
      yield* Effect.forEach(services, initialise, { discard: true })
      const reader = new PrometheusExporter({ preventServerStart: true })
      const producer = yield* OtelMetrics.makeProducer()
      yield* OtelMetrics.registerProducer(producer, () => reader)
      // Neither labels of the scope nor `target_info`: the names are the runbook's, and nothing but them.
      const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
      return {
        collect: Effect.map(
          Effect.promise(() => reader.collect()),
          ({ resourceMetrics }) => withoutUnits(serializer.serialize(resourceMetrics))
        )
      }
    })
  ).pipe(Layer.provide(Resource.layerEmpty))

const ALL = [Metrics, EngineMetrics, ConnectionMetrics, AccessMetrics, OrderActionMetrics]

/**
 * Creates every series of a service at 0, as a rate over a series that appears late begins wrongly. The gauges of the
 * dead letters are the exception: they appear when the letters have been counted.
 */
const initialise = (service: Service): Effect.Effect<void> =>
  // Reading a metric registers it, and unlike an update by 0 leaves a histogram without an observation.
  Effect.forEach(ALL.flatMap(({ initial }) => initial[service]), Metric.value, { discard: true })

/** Every unit would be "1"; the names say the units. */
const withoutUnits = (text: string): string => `${text.replace(/^# UNIT .*\n/gm, "").trimEnd()}\n`
