/** `flash-sale gateway`: takes orders, on Kafka and Redis. */
import * as Gateway from "@flash-sale/gateway/Gateway"
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as InfraWarmUp from "@flash-sale/infra/InfraWarmUp"
import * as Dependencies from "@flash-sale/infra/observability/Dependencies"
import * as ServiceSettings from "@flash-sale/infra/ServiceSettings"
import * as Settings from "@flash-sale/infra/Settings"
import { Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { existsSync } from "node:fs"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as AdminPort from "./AdminPort.ts"
import * as Process from "./Process.ts"

const settings = Settings.all(ServiceSettings.gateway)

export const command = Command.make("gateway", {}, () =>
  Effect.gen(function*() {
    const read = yield* settings
    const keysFile = Infra.keysFile(read.access)
    // Several gateways of one machine that know no keys start as ever, whatever else listens there.
    const admin = AdminPort.wanted(read, keysFile !== undefined && existsSync(keysFile))
    const layers = Layer.merge(Process.layerLifecycle, Dependencies.layer(["gateway"])).pipe(
      Layer.provide(
        Gateway.layer(
          { ...read.gateway, auth: read.access.auth },
          AdminPort.layer(read, admin, "distributed"),
          InfraWarmUp.layer
        )
      ),
      Layer.provide([
        Infra.layerDistributed(read, "gateway"),
        InfraArchives.layer(read.archive),
        Infra.layerTokens(read.tokens)
      ]),
      Layer.provide(Infra.layerCallers(read.access)),
      Layer.provide(Process.layerObserved("gateway", ["gateway"], read))
    )
    const { httpHost: host, httpPort: port } = read.gateway
    return yield* Process.launch(
      [{ port, host, variable: "HTTP_PORT" }, ...(admin === undefined ? [] : [admin])],
      layers
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Take orders at HTTP_PORT and append them to Kafka. Start as many as you like. " +
        "Settings are environment variables: README.md has them all"
    ),
    Command.withExamples([{ command: "REDIS_ADDR=localhost:6379 KAFKA_ADDR=localhost:9092 flash-sale gateway" }])
  )
