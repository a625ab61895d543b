/** The payment provider, by the settings. Each module is loaded when it is needed. */
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { Effect, Layer } from "effect"
import * as PaymentMode from "../observability/PaymentMode.ts"
import type { PaymentSettings } from "./PaymentConfig.ts"

const httpPayments = Effect.promise(() => import("./HttpPayments.ts"))
const simulatedPayments = Effect.promise(() => import("./SimulatedPayments.ts"))

/** The payment provider of the settings, or the simulator, which takes no money. */
export const layer = (settings: PaymentSettings): Layer.Layer<PaymentProvider> => {
  const { provider } = settings
  return provider === undefined
    ? Layer.merge(
      Layer.unwrap(Effect.map(simulatedPayments, ({ layer }) => layer(settings))),
      PaymentMode.layerSimulated
    )
    : Layer.unwrap(Effect.map(httpPayments, ({ layer }) => layer(provider)))
}
