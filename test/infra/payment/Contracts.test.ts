/** The simulator and the HTTP adapter keep the same contract. */
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import { Duration, Effect, Layer } from "effect"
import * as PaymentProviderContract from "../../contract/PaymentProviderContract.ts"
import * as ProviderProcess from "./ProviderProcess.ts"

PaymentProviderContract.suite(
  "simulator",
  SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(1) })
)

PaymentProviderContract.suite(
  "HTTP",
  Layer.unwrap(Effect.map(ProviderProcess.make(), ({ url }) => ProviderProcess.payments(url)))
)
