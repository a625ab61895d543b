import { expect, it } from "@effect/vitest"
import * as Propagation from "@flash-sale/infra/observability/Propagation"
import { Effect, Option, Tracer } from "effect"
import { describe } from "vitest"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const SPAN = "b7ad6b7169203331"
const HEADER = `00-${TRACE}-${SPAN}-01`

const recording = Effect.provideService(Propagation.IsRecording, true)

describe("traceparent", () => {
  it("is read and written", () => {
    const span = Option.getOrThrow(Propagation.parse(HEADER))
    expect(span).toMatchObject({ traceId: TRACE, spanId: SPAN, sampled: true })
    expect(Propagation.format(span)).toBe(HEADER)
    expect(Propagation.traceAnnotation(HEADER)).toEqual({ trace_id: TRACE })
  })

  it("that is malformed or absent is none", () => {
    const bad = [
      undefined,
      "",
      "x",
      `00-${"0".repeat(32)}-${SPAN}-01`,
      `00-${TRACE}-${"0".repeat(16)}-01`,
      `${HEADER}-x`
    ]
    for (const header of [...bad, HEADER.toUpperCase(), `ff${HEADER.slice(2)}`, `00-${TRACE}-${SPAN}`]) {
      expect(Option.isNone(Propagation.parse(header))).toBe(true)
      expect(Propagation.traceAnnotation(header)).toEqual({})
    }
  })

  it.effect("goes on as it came where nothing is recorded", () =>
    Effect.gen(function*() {
      expect(yield* Propagation.outgoing(HEADER)).toBe(HEADER)
      expect(yield* Effect.withSpan(Propagation.outgoing(HEADER), "not recorded")).toBe(HEADER)
    }))

  it.effect("is made anew where none came, well-formed and not sampled", () =>
    Effect.gen(function*() {
      const made = yield* Propagation.outgoing(undefined)
      expect(Option.map(Propagation.parse(made), Propagation.format)).toEqual(Option.some(made))
      expect(made.endsWith("-00")).toBe(true)
      expect(yield* Propagation.outgoing("garbage")).not.toBe(made)
    }))

  it.effect("names the current span where spans are recorded", () =>
    Effect.gen(function*() {
      const [sent, span] = yield* Effect.all([Propagation.outgoing(HEADER), Effect.currentSpan]).pipe(
        Propagation.withParent("test", HEADER),
        recording
      )
      expect(sent).toBe(`00-${TRACE}-${span.spanId}-01`)
      expect(span.spanId).not.toBe(SPAN)
      expect(span.kind).toBe("consumer")
    }))
})

describe("work under a record's header", () => {
  it.effect("has the span as its parent without a span of its own where nothing is recorded", () =>
    Effect.gen(function*() {
      const parent = yield* Effect.currentParentSpan.pipe(Propagation.withParent("test", HEADER))
      expect(parent).toMatchObject({ _tag: "ExternalSpan", traceId: TRACE, spanId: SPAN })
    }))

  it.effect("is left alone where there is no header", () =>
    Effect.gen(function*() {
      const parent = yield* Effect.serviceOption(Tracer.ParentSpan).pipe(Propagation.withParent("test", undefined))
      expect(Option.isNone(parent)).toBe(true)
    }))
})
