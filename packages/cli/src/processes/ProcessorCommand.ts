/** `flash-sale processor`: folds the log and takes payments, on Kafka and Redis. */
import * as Infra from "@flash-sale/infra/Infra"
import * as Dependencies from "@flash-sale/infra/observability/Dependencies"
import * as EventsWatch from "@flash-sale/infra/observability/EventsWatch"
import * as ServiceSettings from "@flash-sale/infra/ServiceSettings"
import * as Settings from "@flash-sale/infra/Settings"
import * as Health from "@flash-sale/processor/Health"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorReport from "@flash-sale/processor/ProcessorReport"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer } from "effect"
import { Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as MetricsPort from "./MetricsPort.ts"
import * as Process from "./Process.ts"

/** The processor and its port, on whatever ports and payments there are. */
export const layer = (read: Settings.ProcessorSettings) =>
  Layer.mergeAll(
    Processor.layer,
    ProcessorReport.layer,
    EventsWatch.layer,
    MetricsPort.layer(read, { health: Health.check, isReady: Health.isReady, metrics: "processor" })
  ).pipe(Layer.provide(ProcessorState.layer))

const settings = Settings.all(ServiceSettings.processor)

export const command = Command.make("processor", {}, () =>
  Effect.gen(function*() {
    const read = yield* settings
    const layers = Layer.merge(Process.layerLifecycle, Dependencies.layer(["processor"])).pipe(
      Layer.provide(layer(read.processor)),
      Layer.provide([Infra.layerDistributed(read, "processor"), Infra.layerPayments(read.payments)]),
      Layer.provide([
        Infra.layerStatuses(read.statuses),
        Infra.layerEventsTold(read.events),
        Infra.layerTokens(read.tokens)
      ]),
      Layer.provide(Process.layerObserved("processor", ["processor"], read))
    )
    const { metricsHost: host, metricsPort: port } = read.processor
    return yield* Process.launch([{ port, host, variable: "METRICS_PORT" }], layers)
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Fold the orders from Kafka into Redis and take the payments. Start as many as there are partitions at the " +
        "most. Settings are environment variables: README.md has them all"
    ),
    Command.withExamples([{ command: "REDIS_ADDR=localhost:6379 KAFKA_ADDR=localhost:9092 flash-sale processor" }])
  )
