import { expect, it } from "@effect/vitest"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Option } from "effect"
import { describe } from "vitest"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const SPAN = "b7ad6b7169203331"
const HEADER = `00-${TRACE}-${SPAN}-01`

describe("Propagation", () => {
  it("a traceparent is read and written", () => {
    const span = Option.getOrThrow(Propagation.parse(HEADER))
    expect(span).toMatchObject({ traceId: TRACE, spanId: SPAN, sampled: true })
    expect(Propagation.format(span)).toBe(HEADER)
    expect(Propagation.traceAnnotation(HEADER)).toEqual({ trace_id: TRACE })
    expect(Propagation.contextOf(HEADER)).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags: 1 })
    expect(["00", "01", "02", "03"].map((flags) => Propagation.isSampled(`00-${TRACE}-${SPAN}-${flags}`)))
      .toEqual([false, true, false, true])
  })

  it("a malformed or absent traceparent is none", () => {
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
      expect(Propagation.contextOf(header)).toBeUndefined()
    }
  })

  it("a traceparent goes on as it came where no spans are recorded", () => {
    expect(Propagation.passedOn(HEADER)).toBe(HEADER)
  })

  it("a new traceparent is well-formed and not sampled", () => {
    const made = Propagation.passedOn(undefined)
    expect(Option.map(Propagation.parse(made), Propagation.format)).toEqual(Option.some(made))
    expect(made.endsWith("-00")).toBe(true)
    expect(Propagation.passedOn("garbage")).not.toBe(made)
  })
})
