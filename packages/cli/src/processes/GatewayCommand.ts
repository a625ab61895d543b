/** `flash-sale gateway`: takes orders, on Kafka and Redis. */
import * as Gateway from "@flash-sale/gateway/Gateway"
import * as Infra from "@flash-sale/infra/Infra"
import * as Dependencies from "@flash-sale/infra/observability/Dependencies"
import * as Settings from "@flash-sale/infra/Settings"
import { Effect, Layer } from "effect"
import { Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Process from "./Process.ts"

const settings = Settings.all({
  gateway: Settings.GatewaySettings,
  tokens: Settings.TokenKeySettings,
  redis: Settings.RedisSettings,
  kafka: Settings.KafkaSettings,
  logs: Settings.LogSettings,
  tracing: Settings.TracingSettings
})

export const command = Command.make("gateway", {}, () =>
  Effect.gen(function*() {
    const read = yield* settings
    const layers = Layer.merge(Process.layerLifecycle, Dependencies.layer(["gateway"])).pipe(
      Layer.provide(Gateway.layer(read.gateway)),
      Layer.provide([Infra.layerDistributed(read, "gateway"), Infra.layerTokens(read.tokens)]),
      Layer.provide(Process.layerObserved("gateway", ["gateway"], read))
    )
    return yield* Process.launch([{ port: read.gateway.httpPort, variable: "HTTP_PORT" }], layers)
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Take orders at HTTP_PORT and append them to Kafka. Start as many as you like. " +
        "Settings are environment variables: README.md has them all"
    ),
    Command.withExamples([{ command: "REDIS_ADDR=localhost:6379 KAFKA_ADDR=localhost:9092 flash-sale gateway" }])
  )
