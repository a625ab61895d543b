/** What callers say about traces does not decide what is recorded, and spans hold nothing of queries. */
import { assert, it } from "@effect/vitest"
import * as Tracing from "@flash-sale/infra/observability/tracing/Tracing"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Effect, Layer } from "effect"
import { describe, vi } from "vitest"
import { type CollectedSpan, startCollector } from "../../servers/Collector.ts"
import * as TestGateway from "../TestGateway.ts"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const SPAN = "b7ad6b7169203331"
const TIMES = 60
const TEST_TIMEOUT = 60_000

/** Runs on a gateway that records half of all traces by this sampler; then what it recorded. */
const recorded = (sampler: string, trustTraceparent: boolean, use: Effect.Effect<unknown, never, TestGateway.Engine>) =>
  Effect.gen(function*() {
    const collector = yield* Effect.acquireRelease(
      Effect.promise(startCollector),
      ({ close }) => Effect.promise(close)
    )
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: "0.5"
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
      }),
      () => Effect.sync(() => vi.unstubAllEnvs())
    )
    const settings = yield* Effect.provide(
      Settings.TracingSettings,
      ConfigProvider.layer(ConfigProvider.fromUnknown(env))
    )
    const tracing = Tracing.layer("gateway", settings)
    yield* Effect.provide(use, TestGateway.layer({ trustTraceparent }).pipe(Layer.provideMerge(tracing)))
    return collector.spans()
  }).pipe(Effect.scoped)

const times = <A, E, R>(ask: (n: number) => Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: TIMES }, (_, n) => n), ask, { discard: true })

const buying = (flags: string) =>
  Effect.flatMap(
    TestGateway.TestGateway,
    (gateway) =>
      times((n) =>
        gateway.send(TestGateway.order({ request_id: `${flags}-${n}`, item_id: "nothing" }), {
          "content-type": "application/json",
          traceparent: `00-${TRACE}-${SPAN}-${flags}`
        })
      )
  )

const looking = (headers: Record<string, string>) =>
  Effect.flatMap(
    TestGateway.TestGateway,
    ({ port }) =>
      times(() =>
        Effect.promise(() =>
          fetch(`http://127.0.0.1:${port}/items/101?token=secret`, { headers }).then((answer) => answer.text())
        )
      )
  )

const named = (spans: ReadonlyArray<CollectedSpan>, name: string) => spans.filter((span) => span.name === name)

/** About half of them: neither forced nor evaded. */
const isHalf = (spans: ReadonlyArray<CollectedSpan>, name: string) => {
  const { length } = named(spans, name)
  assert.isAbove(length, TIMES * 0.2, name)
  assert.isBelow(length, TIMES * 0.8, name)
}

describe("Traces of callers", () => {
  for (const sampler of ["parentbased_traceidratio", "traceidratio"]) {
    it.live(`are neither forced nor evaded by their headers, with ${sampler}`, () =>
      Effect.gen(function*() {
        for (const flags of ["00", "01"]) {
          const spans = yield* recorded(sampler, false, buying(flags))
          isHalf(spans, "POST /buy")
          for (const span of named(spans, "POST /buy")) {
            assert.notStrictEqual(span.traceId, TRACE)
            assert.deepStrictEqual(span.links, [SPAN])
          }
        }
        const forcing = [{ traceparent: `00-${TRACE}-${SPAN}-01` }, { b3: `${TRACE}-${SPAN}-d` }]
        const evading = [{ traceparent: `00-${TRACE}-${SPAN}-00` }, { b3: `${TRACE}-${SPAN}-0` }]
        for (const headers of [...forcing, ...evading]) {
          isHalf(yield* recorded(sampler, false, looking(headers as Record<string, string>)), "GET /items")
        }
      }), TEST_TIMEOUT)
  }

  it.live("go on with the caller's decision where it is trusted", () =>
    Effect.gen(function*() {
      const spans = yield* recorded("parentbased_traceidratio", true, Effect.andThen(buying("01"), buying("00")))
      const buys = named(spans, "POST /buy")
      assert.strictEqual(buys.length, TIMES)
      assert.deepStrictEqual([...new Set(buys.map(({ traceId }) => traceId))], [TRACE])
    }), TEST_TIMEOUT)

  it.live("hold the route and the answer, and neither ids nor queries", () =>
    Effect.gen(function*() {
      const asking = Effect.flatMap(TestGateway.TestGateway, ({ get, sendTo }) =>
        Effect.all([
          TestGateway.stock("101", 5),
          looking({ "x-correlation-id": "c-1" }),
          get("/SECRET/path?token=secret"),
          sendTo("/buy?token=secret", TestGateway.order())
        ]))
      const spans = yield* recorded("always_on", false, asking)
      assert.notMatch(JSON.stringify(spans.map(({ attributes, name }) => [name, attributes])), /secret/i)
      assert.deepStrictEqual(named(spans, "GET /items")[0]?.attributes, {
        correlation_id: "c-1",
        "http.request.method": "GET",
        "http.route": "/items/:item_id",
        "http.response.status_code": 200
      })
      assert.strictEqual(named(spans, "GET /items").length, TIMES)
      assert.strictEqual(named(spans, "GET").length, 1)
      assert.strictEqual(named(spans, "POST /buy")[0]?.attributes["http.response.status_code"], 202)
    }), TEST_TIMEOUT)
})
