/** Whether a provider takes the money, or the simulator takes none: said at the start, each hour, and by a gauge. */
import { Context, Duration, Effect, Layer, Metric, Schedule } from "effect"
import * as Log from "./logs/Log.ts"
import * as Metrics from "./metrics/Metrics.ts"

export type Mode = "simulated" | "provider"

/** For the processor's health. A provider that nothing here knows of is a real one. */
export const PaymentMode = Context.Reference<Mode>("@flash-sale/infra/observability/PaymentMode", {
  defaultValue: () => "provider"
})

/** How often a process that simulates payments says so. */
export const REMIND_EVERY = Duration.hours(1)

const remind = Log.warn(
  "Payments are simulated, so that orders are completed and no money is taken: for a sale set PAYMENTS=provider, " +
    "PAYMENT_URL and PAYMENT_API_KEY",
  { event: "payments_simulated" }
)

/** Says for as long as the layer lives that payments are simulated. */
export const layerSimulated: Layer.Layer<never> = Layer.merge(
  Layer.succeed(PaymentMode, "simulated"),
  Layer.effectDiscard(Effect.gen(function*() {
    yield* Metric.update(Metrics.paymentsSimulated, 1)
    yield* Effect.forkScoped(Effect.repeat(remind, Schedule.spaced(REMIND_EVERY)))
  }))
)
