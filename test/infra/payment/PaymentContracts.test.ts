/** The simulator and the HTTP adapter keep the same contract, each chosen by the environment. */
import * as Infra from "@flash-sale/infra/Infra"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Effect, Layer } from "effect"
import * as PaymentProviderContract from "../../contract/PaymentProviderContract.ts"
import * as ProviderProcess from "./ProviderProcess.ts"

const chosenBy = (env: Readonly<Record<string, string>>) =>
  Layer.unwrap(
    Effect.map(Settings.PaymentSettings.parse(ConfigProvider.fromEnv({ env })), Infra.layerPayments)
  )

PaymentProviderContract.suite("simulator", chosenBy({ PAYMENT_FAILURE_RATE: "0", PAYMENT_LATENCY: "1ms" }))

PaymentProviderContract.suite(
  "HTTP",
  Layer.unwrap(
    Effect.map(
      ProviderProcess.make(),
      ({ url }) => chosenBy({ PAYMENT_URL: url.href, PAYMENT_API_KEY: ProviderProcess.API_KEY })
    )
  )
)
