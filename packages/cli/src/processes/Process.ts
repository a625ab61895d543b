/** What every long-running process has around it: logs, metrics, traces, and a line at its start and end. */
import * as FreePorts from "@flash-sale/infra/http/listening/FreePorts"
import * as ClockWatch from "@flash-sale/infra/observability/ClockWatch"
import * as Descriptors from "@flash-sale/infra/observability/Descriptors"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as AppendTelemetry from "@flash-sale/infra/observability/metrics/AppendTelemetry"
import type { Service } from "@flash-sale/infra/observability/metrics/Series"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Tracing from "@flash-sale/infra/observability/tracing/Tracing"
import type * as Settings from "@flash-sale/infra/Settings"
import { Effect, Layer, References, type Stdio } from "effect"
import * as Interruption from "../terminal/Interruption.ts"

/** Logs under this name, metrics of these services, and traces where they are wanted. */
export const layerObserved = (
  name: string,
  services: ReadonlyArray<Service>,
  { logs, tracing }: { readonly logs: Settings.LogSettings; readonly tracing: Settings.TracingSettings }
): Layer.Layer<Telemetry.Telemetry> =>
  Layer.mergeAll(
    Telemetry.layerMetrics(...services),
    Descriptors.layer(),
    ClockWatch.layer,
    Layer.succeed(AppendTelemetry.CurrentService, services.length === 1 ? services[0] : undefined),
    Tracing.layer(name, tracing)
  ).pipe(Layer.provideMerge(Logs.layer({ service: name, ...logs })))

/** Lines of a part of a process that is several services in one. */
export const loggedAs = (service: Service | "archive" | "webhooks") =>
  Layer.provide(Layer.succeed(References.CurrentLogAnnotations, { service }))

/** One line when everything has started, one when the shutdown begins. */
export const layerLifecycle: Layer.Layer<never> = Layer.effectDiscard(
  Effect.acquireRelease(
    Log.info("Started", { event: "service_started" }),
    () => Log.info("Stopping: what is in hand is finished", { event: "service_stopping" })
  )
)

/** Runs until a signal comes, which is its good end. Nothing is begun where one of its ports is taken. */
export const launch = <E>(ports: ReadonlyArray<FreePorts.WantedPort>, layer: Layer.Layer<never, E, Stdio.Stdio>) =>
  Effect.andThen(FreePorts.require(ports), Layer.launch(layer)).pipe(Interruption.isGoodEnd)
