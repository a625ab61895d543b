import { expect, it } from "@effect/vitest"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import * as LogLines from "@flash-sale/infra/observability/logs/LogLines"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as OrderLines from "@flash-sale/infra/observability/logs/OrderLines"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Effect, type LogLevel, Schema } from "effect"
import { describe } from "vitest"
import * as MemoryOutput from "./MemoryOutput.ts"

const TRACE = "0af7651916cd43dd8448eb211c80319c"

const line = (change: Partial<OrderLines.OrderLine> = {}): OrderLines.OrderLine => ({
  level: "Info",
  at: Date.parse("2025-11-29T21:56:00.000Z"),
  service: "gateway",
  event: "order_queued",
  message: "Order queued successfully",
  correlationId: CorrelationId.make("uuid-123"),
  requestId: "r-1",
  userId: "u1",
  itemId: "101",
  traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
  processingMillis: 145,
  ...change
})

const logged = (lines: ReadonlyArray<OrderLines.OrderLine>, options: Partial<Logs.LogsOptions> = {}) =>
  Effect.gen(function*() {
    const written = MemoryOutput.make()
    yield* Effect.map(OrderLines.OrderLines, ({ write }) => lines.forEach(write)).pipe(
      Effect.provide(Logs.layer({ service: "flash-sale", level: "Info", output: written.output, ...options }))
    )
    return written.writes.length === 0 ? [] : written.lines()
  })

describe("OrderLines", () => {
  it.effect("an order's line has exactly the runbook's shape, in its order", () =>
    Effect.gen(function*() {
      expect(yield* logged([line({ requestId: undefined, traceparent: undefined })])).toEqual([
        "{\"timestamp\":\"2025-11-29T21:56:00.000Z\",\"level\":\"INFO\",\"message\":\"Order queued successfully\"," +
        "\"correlation_id\":\"uuid-123\",\"service\":\"gateway\",\"event\":\"order_queued\",\"user_id\":\"u1\"," +
        "\"item_id\":\"101\",\"processing_time_ms\":145}"
      ])
    }))

  it.effect.prop(
    "an order's line is what the logger of all other lines would write, whatever ids and reasons hold",
    [Schema.String, Schema.String, Schema.Boolean],
    ([requestId, reason, isBare]) =>
      Effect.sync(() => {
        const one = line({ requestId, reason, status: "COMPLETED", ...(isBare ? { processingMillis: undefined } : {}) })
        expect(JSON.parse(OrderLines.json(one))).toEqual(JSON.parse(LogLines.json(OrderLines.toLine(one))))
        expect(OrderLines.json(one)).not.toContain("\n")
      })
  )

  it.effect("orders' lines are left out below the least level", () =>
    Effect.gen(function*() {
      const lines = [line({ level: "Debug", event: "order_received" }), line()]
      const count = (level: LogLevel.LogLevel) => Effect.map(logged(lines, { level }), ({ length }) => length)
      expect([yield* count("Debug"), yield* count("Info"), yield* count("Warn")]).toEqual([2, 1, 0])
    }))

  it.effect("every service logs the same share of orders", () =>
    Effect.gen(function*() {
      const ids = Array.from({ length: 4_000 }, () => Propagation.passedOn(undefined))
      const of = (service: "gateway" | "processor", orders: number) =>
        Effect.map(
          logged(ids.map((traceparent) => line({ traceparent, service })), { orders }),
          (lines) => lines.map((text) => String(JSON.parse(text).trace_id))
        )
      const gateway = yield* of("gateway", 0.1)
      expect(gateway).toEqual(yield* of("processor", 0.1))
      expect(gateway.length).toBeGreaterThan(300)
      expect(gateway.length).toBeLessThan(500)
      expect(yield* of("gateway", 0)).toEqual([])
      expect((yield* of("gateway", 1)).length).toBe(ids.length)
    }))

  it.effect("a caller's correlation id neither forces its lines nor evades them", () =>
    Effect.gen(function*() {
      const traces = Array.from({ length: 400 }, () => Propagation.passedOn(undefined))
      for (const correlationId of ["shop-1", "shop-2", "shop-3"].map((id) => CorrelationId.make(id))) {
        const lines = yield* logged(traces.map((traceparent) => line({ correlationId, traceparent })), { orders: 0.5 })
        expect(lines.length).toBeGreaterThan(140)
        expect(lines.length).toBeLessThan(260)
      }
      // Of an order without a trace, as from an older gateway, it is all that there is.
      const bare = Array.from({ length: 400 }, (_, index) => CorrelationId.make(`shop-${index}`))
        .map((correlationId) => line({ correlationId, traceparent: undefined }))
      expect(yield* logged(bare, { orders: 0.5 })).toEqual(yield* logged(bare, { orders: 0.5 }))
      expect((yield* logged(bare, { orders: 0.5 })).length).toBeGreaterThan(140)
    }))

  it.effect("an order's line is readable at a terminal, as others are", () =>
    Effect.gen(function*() {
      const { lines, output } = MemoryOutput.make(true)
      yield* Effect.map(OrderLines.OrderLines, ({ write }) => write(line({ requestId: "r\u202e1" }))).pipe(
        Effect.provide(Logs.layer({ service: "gateway", level: "Info", output }))
      )
      // eslint-disable-next-line no-control-regex
      const [plain] = lines().map((text) => text.replace(/\u001b\[\d+m/g, ""))
      expect(plain).toContain("21:56:00.000 INFO  gateway Order queued successfully correlation_id=uuid-123")
      expect(plain).toContain(`request_id=r\ufffd1 user_id=u1 item_id=101 trace_id=${TRACE} processing_time_ms=145`)
    }))
})
