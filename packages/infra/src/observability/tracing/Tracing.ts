/**
 * Traces by OpenTelemetry's SDK, which reads its standard variables: endpoint, protocol and headers of the collector,
 * sampler, resource, limits of batches and spans. Decision 0009.
 *
 * **Details**: the SDK is loaded only where a collector is set; without one nothing is recorded. Only its traces are
 * used: metrics are scraped, and log lines go to standard output.
 *
 * **Gotchas**: the SDK's context manager is left out, and with it the tracer's hook around every step of every fiber,
 * which costs more than a whole order. The automatic context of other libraries' instrumentations is lost; there are
 * none here.
 */
import * as OtelTracer from "@effect/opentelemetry/OtelTracer"
import * as Otel from "@opentelemetry/api"
import { Clock, Duration, Effect, Layer, Tracer } from "effect"
import type { TracingSettings } from "../../settings/TracingSettings.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import * as Log from "../logs/Log.ts"
import * as Propagation from "./Propagation.ts"
import { type Recorder, type SpanOptions, Spans } from "./Spans.ts"

/** How long the last spans may take to be sent when the process ends. */
const LAST_SPANS = Duration.seconds(3)
/** How often trouble with the collector is logged, at most. */
const REPORT_EVERY_MILLIS = 60_000
/** The most characters of a message of the SDK that are logged. */
const MAX_DETAIL = 300

/** Records spans where the settings name a collector. `service` is the name where OTEL_SERVICE_NAME says no other. */
export const layer = (service: string, settings: TracingSettings): Layer.Layer<never> =>
  settings.isOn ? Layer.unwrap(Effect.map(start(service), (tracer) => recording(tracer, settings))) : Layer.empty

const recording = (tracer: Otel.Tracer, { isParentBased }: TracingSettings): Layer.Layer<never> =>
  Layer.mergeAll(
    Layer.effect(Tracer.Tracer, Effect.map(OtelTracer.make, withoutHook)).pipe(
      Layer.provide(Layer.succeed(OtelTracer.OtelTracer, tracer))
    ),
    Layer.effect(Spans, Effect.map(Clock.Clock, (clock) => recorder(tracer, isParentBased, clock)))
  )

const withoutHook = (tracer: Tracer.Tracer): Tracer.Tracer => Tracer.make({ span: (options) => tracer.span(options) })

/** Starts the SDK's traces, and nothing else of it. */
const start = Effect.fnUntraced(function*(service: string) {
  const report = yield* makeReport
  const quiet = () => {}
  Otel.diag.setLogger({ error: report, warn: report, info: quiet, debug: quiet, verbose: quiet }, {
    logLevel: Otel.DiagLogLevel.WARN,
    suppressOverrideMessage: true
  })
  const { NodeSDK, resources } = yield* Effect.promise(() => import("@opentelemetry/sdk-node"))
  const sdk = new NodeSDK({
    // The variables are merged into it, so they win.
    resource: resources.defaultResource().merge(resources.resourceFromAttributes({ "service.name": service })),
    textMapPropagator: null,
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    contextManager: noContext
  })
  yield* Effect.acquireRelease(
    Effect.sync(() => sdk.start()),
    () =>
      Effect.tryPromise({ try: () => sdk.shutdown(), catch: String }).pipe(
        Effect.timeout(LAST_SPANS),
        Effect.catch((error) => Effect.sync(() => report("the last spans were not sent:", error))),
        Effect.andThen(Effect.sync(() => {
          Otel.trace.disable()
          Otel.context.disable()
          Otel.diag.disable()
        }))
      )
  )
  return Otel.trace.getTracer("flash-sale")
})

/** In place of the SDK's own, which would hook into every asynchronous step of the process. */
const noContext: Otel.ContextManager = {
  active: () => Otel.ROOT_CONTEXT,
  with: (_context, f, self, ...args) => f.call(self!, ...args),
  bind: (_context, target) => target,
  enable: () => noContext,
  disable: () => noContext
}

/** Logs messages of the SDK about a collector that is away or rejects spans, at a bounded rate. */
const makeReport = Effect.gen(function*() {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const monotonic = yield* Monotonic.reader
  let reportedAt = Number.NEGATIVE_INFINITY
  return (message: string, ...details: ReadonlyArray<unknown>): void => {
    const now = monotonic()
    if (now - reportedAt < REPORT_EVERY_MILLIS) return
    reportedAt = now
    const detail = [message, ...details.map(String)].join(" ").slice(0, MAX_DETAIL)
    run(Log.warn("Traces: trouble with the collector or its settings", { event: "tracing_trouble", detail }))
  }
})

const KINDS: Readonly<Record<SpanOptions["kind"], Otel.SpanKind>> = {
  internal: Otel.SpanKind.INTERNAL,
  server: Otel.SpanKind.SERVER,
  client: Otel.SpanKind.CLIENT,
  producer: Otel.SpanKind.PRODUCER,
  consumer: Otel.SpanKind.CONSUMER
}

const NANOS_PER_MILLI = 1_000_000

const recorder = (tracer: Otel.Tracer, isParentBased: boolean, clock: Clock.Clock): Recorder => {
  const now = () => Number(clock.currentTimeNanosUnsafe()) / NANOS_PER_MILLI
  const monotonic = Monotonic.of(clock)
  /** Asked for every step of every order, so by the end of the header alone: flags of 0. */
  const isOut = (traceparent: string | undefined): boolean => isParentBased && traceparent?.endsWith("-00") === true
  return {
    now,
    isWanted: (traceparent) => !isOut(traceparent),
    begin: (name, { attributes, kind, links = [], parent, startedAt }) => {
      if (isOut(parent)) return undefined
      const above = Propagation.contextOf(parent)
      const begunAt = now()
      const begun = monotonic()
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes, links: linksOf(links), startTime: startedAt ?? begunAt },
        above === undefined ? Otel.ROOT_CONTEXT : Otel.trace.setSpanContext(Otel.ROOT_CONTEXT, above)
      )
      const { spanId, traceFlags, traceId } = span.spanContext()
      return {
        traceparent: Propagation.format({ traceId, spanId, sampled: (traceFlags & Otel.TraceFlags.SAMPLED) !== 0 }),
        set: (more) => {
          span.setAttributes(more)
        },
        end: (error) => {
          if (error !== undefined) span.setStatus({ code: Otel.SpanStatusCode.ERROR, message: error })
          span.end(begunAt + monotonic() - begun)
        }
      }
    }
  }
}

const linksOf = (headers: ReadonlyArray<string>): Array<Otel.Link> =>
  headers.flatMap((header) => {
    const context = Propagation.contextOf(header)
    return context === undefined ? [] : [{ context }]
  })
