/** Spans on their way to a collector, as OpenTelemetry's variables say. */
import { expect, it } from "@effect/vitest"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as Spans from "@flash-sale/infra/observability/tracing/Spans"
import * as Tracing from "@flash-sale/infra/observability/tracing/Tracing"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { describe, vi } from "vitest"
import { type Collector, startCollector, tree } from "../../../servers/Collector.ts"
import { freePort } from "../../../servers/Ports.ts"
import * as SteppingClock from "../../time/SteppingClock.ts"
import * as MemoryOutput from "../logs/MemoryOutput.ts"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const PARENT = "b7ad6b7169203331"
const header = (flags: string) => `00-${TRACE}-${PARENT}-${flags}`

const collector = Effect.acquireRelease(
  Effect.promise(startCollector),
  ({ close }) => Effect.promise(close)
)

/** The SDK reads the process' own variables. */
const withEnv = (env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    }),
    () => Effect.sync(() => vi.unstubAllEnvs())
  )

/** Runs with tracing as these variables set it up; all is sent when it is over. */
const traced = <A>(
  env: Readonly<Record<string, string>>,
  program: Effect.Effect<A>,
  under: Layer.Layer<never> = Layer.empty
) =>
  Effect.scoped(Effect.gen(function*() {
    yield* withEnv(env)
    const settings = yield* Effect.provide(
      Settings.TracingSettings,
      ConfigProvider.layer(ConfigProvider.fromUnknown(env))
    )
    return yield* Effect.provide(program, Tracing.layer("gateway", settings).pipe(Layer.provideMerge(under)))
  }))

const json = ({ url }: Collector) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })

/** Begins and ends a span; the header that was to be sent on. */
const one = (name: string, parent?: string, error?: string) =>
  Effect.map(Spans.Spans, (spans) => {
    const span = spans?.begin(name, { kind: "server", parent, attributes: { correlation_id: "c-1" } })
    span?.end(error)
    return span?.traceparent ?? parent
  })

describe("Tracing", () => {
  it.live("there are no spans where no collector is named, or the SDK is disabled", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* collector
      expect(yield* traced({}, Spans.Spans)).toBeUndefined()
      for (const off of [{ OTEL_SDK_DISABLED: "true" }, { OTEL_TRACES_EXPORTER: "none" }]) {
        expect(yield* traced({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...off }, Spans.Spans)).toBeUndefined()
      }
      expect(requests).toEqual([])
    }))

  it.live("spans come to the collector with resource, headers, parents, links and errors", () =>
    Effect.gen(function*() {
      const { requests, spans, url } = yield* collector
      yield* traced(
        {
          ...json({ url } as Collector),
          OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,x-tenant=shop",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.version=7"
        },
        Effect.gen(function*() {
          const recorder = (yield* Spans.Spans)!
          const above = recorder.begin("POST /buy", { kind: "server", parent: header("01"), attributes: {} })!
          const below = recorder.begin("orders send", {
            kind: "producer",
            parent: above.traceparent,
            attributes: { correlation_id: "c-1", amount: 2, again: false },
            links: [header("01"), "garbage"]
          })!
          below.set({ partition: 3 })
          below.end("no answer in time")
          above.end()
        })
      )
      expect(requests[0]).toMatchObject({
        path: "/v1/traces",
        headers: { authorization: "Bearer abc", "x-tenant": "shop" }
      })
      const [above, below] = ["POST /buy", "orders send"].map((name) => spans().find((span) => span.name === name)!)
      expect(above).toMatchObject({ service: "gateway", traceId: TRACE, parentSpanId: PARENT, error: undefined })
      expect(above!.resource).toMatchObject({ "deployment.environment.name": "test", "service.version": "7" })
      expect(below).toMatchObject({
        traceId: TRACE,
        parentSpanId: above!.spanId,
        attributes: { correlation_id: "c-1", amount: 2, again: false, partition: 3 },
        links: [PARENT],
        error: "no answer in time"
      })
      const buy = String.raw`POST \/buy  \[gateway\]  \d+\.\d ms`
      const send = String.raw`  orders send  \[gateway\]  \d+\.\d ms  links: 1  error: no answer in time`
      expect(tree(spans(), TRACE)).toMatch(new RegExp(`^${buy}\n${send}$`))
    }))

  it.live("a span is as long as its step took, also where the clock is set meanwhile", () =>
    Effect.gen(function*() {
      const { spans, url } = yield* collector
      const { step } = yield* SteppingClock.SteppingClock
      yield* traced(
        json({ url } as Collector),
        Effect.gen(function*() {
          const recorder = (yield* Spans.Spans)!
          for (const millis of [40_000, -80_000]) {
            const span = recorder.begin("POST /buy", { kind: "server", parent: undefined, attributes: {} })!
            yield* step(millis)
            yield* Effect.yieldNow
            span.end()
          }
        })
      )
      for (const { endedAt, startedAt } of spans()) {
        expect(endedAt).toBeGreaterThan(startedAt)
        expect(endedAt - startedAt).toBeLessThan(10_000)
      }
      expect(spans()).toHaveLength(2)
    }).pipe(Effect.provide(SteppingClock.layer)))

  it.live("spans are named by OTEL_SERVICE_NAME, and go to their own endpoint, by protobuf as is the default", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* collector
      const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/here`, OTEL_SERVICE_NAME: "door-7" }
      yield* traced(env, one("POST /buy"))
      expect(requests).toHaveLength(1)
      expect(requests[0]).toMatchObject({ path: "/here", headers: { "content-type": "application/x-protobuf" } })
      expect(requests[0]!.body.includes("door-7")).toBe(true)
      expect(requests[0]!.body.includes("POST /buy")).toBe(true)
    }))

  const counted = (env: Readonly<Record<string, string>>) =>
    Effect.gen(function*() {
      const found = yield* collector
      const sent = yield* traced(
        { ...json(found), ...env },
        Effect.all({
          roots: Effect.forEach(Array.from({ length: 400 }), () => one("root")),
          recorded: one("recorded", header("01")),
          unrecorded: one("unrecorded", header("00"))
        })
      )
      const count = (name: string) => found.spans().filter((span) => span.name === name).length
      return { sent, roots: count("root"), recorded: count("recorded"), unrecorded: count("unrecorded") }
    })

  it.live("spans are all recorded by default, except for traces that were sampled out where they began", () =>
    Effect.gen(function*() {
      const { sent, ...rest } = yield* counted({})
      expect(rest).toEqual({ roots: 400, recorded: 1, unrecorded: 0 })
      expect(sent.unrecorded).toBe(header("00"))
      expect(sent.recorded).toMatch(new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`))
    }))

  it.live("spans are sampled as the standard samplers say", () =>
    Effect.gen(function*() {
      const ratio = yield* counted({ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" })
      expect(ratio.roots).toBeGreaterThan(50)
      expect(ratio.roots).toBeLessThan(150)
      expect([ratio.recorded, ratio.unrecorded]).toEqual([1, 0])
      // The header that is sent on says so to the services behind.
      expect(ratio.sent.roots.filter((sent) => sent?.endsWith("-01"))).toHaveLength(ratio.roots)
      expect(ratio.sent.roots.filter((sent) => sent?.endsWith("-00"))).toHaveLength(400 - ratio.roots)
      const { sent: _, ...off } = yield* counted({ OTEL_TRACES_SAMPLER: "always_off" })
      expect(off).toEqual({ roots: 0, recorded: 0, unrecorded: 0 })
      const { sent: __, ...on } = yield* counted({ OTEL_TRACES_SAMPLER: "always_on" })
      expect(on).toEqual({ roots: 400, recorded: 1, unrecorded: 1 })
    }))

  it.live("spans of fibers take the same way", () =>
    Effect.gen(function*() {
      const found = yield* collector
      const asked = HttpClient.get(`${found.url}/elsewhere`).pipe(Effect.provide(FetchHttpClient.layer), Effect.orDie)
      yield* traced(json(found), Effect.withSpan(Effect.withSpan(asked, "below"), "above"))
      const [above, below] = ["above", "below"].map((name) => found.spans().find((span) => span.name === name)!)
      expect(below!.parentSpanId).toBe(above!.spanId)
      // A service that is asked over HTTP, such as a payment provider, gets the trace.
      const heard = found.requests.find(({ path }) => path === "/elsewhere")
      expect(heard?.headers["traceparent"]).toMatch(new RegExp(`^00-${above!.traceId}-[0-9a-f]{16}-01$`))
    }))

  it.live("a collector that is away holds up nothing, and the log says so", () =>
    Effect.gen(function*() {
      const written = MemoryOutput.make()
      const port = yield* Effect.promise(freePort)
      const begun = performance.now()
      yield* traced(
        { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_EXPORTER_OTLP_TIMEOUT: "500" },
        one("POST /buy"),
        Logs.layer({ service: "gateway", level: "Info", output: written.output })
      )
      expect(performance.now() - begun).toBeLessThan(8_000)
      expect(JSON.parse(written.lines()[0]!)).toMatchObject({ level: "WARN", event: "tracing_trouble" })
    }))
})
