/** Simulated payments are never silent: a warning at the start and each hour, a gauge, and a field of the health. */
import { assert, describe, it } from "@effect/vitest"
import * as Infra from "@flash-sale/infra/Infra"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as PaymentMode from "@flash-sale/infra/observability/PaymentMode"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Settings from "@flash-sale/infra/Settings"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { ConfigProvider, Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as MemoryOutput from "./logs/MemoryOutput.ts"

const PROVIDER = { PAYMENT_URL: "https://pay.example/v1", PAYMENT_API_KEY: "sk_1" }

/** What a processor with these variables shows at its port, and the warnings that it has written after two hours. */
const shown = (env: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const { lines, output, writes } = MemoryOutput.make()
    const payments = yield* Settings.PaymentSettings.parse(ConfigProvider.fromEnv({ env }))
    const found = yield* Effect.gen(function*() {
      const { collect } = yield* Telemetry.Telemetry
      yield* TestClock.adjust("150 minutes")
      const [gauge] = /^processor_payments_simulated \d$/m.exec(yield* collect) ?? []
      return { gauge, health: (yield* Health.check).payments }
    }).pipe(Effect.provide(
      Infra.layerPayments(payments).pipe(
        Layer.provideMerge(Layer.mergeAll(ProcessorState.layer, SqliteInfra.layerMemory)),
        Layer.provideMerge(Telemetry.layerMetrics("processor")),
        Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map())),
        Layer.provideMerge(Logs.layer({ service: "processor", level: "Info", output }))
      )
    ))
    const written = writes.length === 0 ? [] : lines()
    const warnings = written.map((line) => JSON.parse(line)).filter(({ event }) => event === "payments_simulated")
    return { ...found, warnings: warnings.map(({ level }) => level) }
  })

describe("PaymentMode", () => {
  it.effect("simulated payments are reported at the start, each hour, by a gauge and by the health", () =>
    Effect.gen(function*() {
      const simulated = {
        gauge: "processor_payments_simulated 1",
        health: "simulated" as const,
        warnings: ["WARN", "WARN", "WARN"]
      }
      assert.deepStrictEqual(yield* shown({}), simulated)
      assert.deepStrictEqual(yield* shown({ PAYMENTS: "simulated" }), simulated)
    }))

  it.effect("payments that a provider takes are not reported", () =>
    Effect.gen(function*() {
      const real = { gauge: "processor_payments_simulated 0", health: "provider" as const, warnings: [] }
      assert.deepStrictEqual(yield* shown(PROVIDER), real)
      assert.deepStrictEqual(yield* shown({ ...PROVIDER, PAYMENTS: "provider" }), real)
    }))

  it.effect("payments count as those of a provider where nothing is known of them", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* PaymentMode.PaymentMode, "provider")
    }))
})
