/** `flash-sale archive`: fills the archive in PostgreSQL from the order events in Kafka. */
import * as ArchiveFilling from "@flash-sale/archive/ArchiveFilling"
import * as Health from "@flash-sale/archive/Health"
import * as ArchiveState from "@flash-sale/archive/intake/ArchiveState"
import * as Retention from "@flash-sale/archive/intake/Retention"
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as ServiceSettings from "@flash-sale/infra/ServiceSettings"
import * as Settings from "@flash-sale/infra/Settings"
import { type Duration, Effect, Layer } from "effect"
import { Command } from "effect/cli"
import * as Rebuild from "../archive/RebuildCommand.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as MetricsPort from "./MetricsPort.ts"
import * as Process from "./Process.ts"

/** Fills an archive, on whatever ports there are. What is final is kept for so long. */
export const layerFilling = (keptFor: Duration.Duration) =>
  Layer.provide(ArchiveFilling.layer, Layer.succeed(Retention.KeptFor, keptFor))

const layerPort = (read: Settings.ProcessorSettings) =>
  MetricsPort.layer(read, { health: Health.check, isReady: Health.isReady, metrics: "archive" })

const settings = Settings.all(ServiceSettings.archive)

const OFF = "ORDER_EVENTS: is off, so that there is nothing to archive: set held or all here and at the processors"
const NOWHERE = "ARCHIVE_URL: is missing, so that there is no archive to fill: name a database of PostgreSQL"

const run = Effect.gen(function*() {
  const read = yield* settings
  if (read.events.told === "off") return yield* CommandFailed.usage(OFF)
  if (read.archive.url === undefined) return yield* CommandFailed.usage(NOWHERE)
  const layers = Process.layerLifecycle.pipe(
    Layer.provide(Layer.merge(layerFilling(read.retention), layerPort(read.monitoring))),
    Layer.provide(ArchiveState.layer),
    Layer.provide([InfraArchives.layer(read.archive), Infra.layerEvents(read.kafka), Infra.layerLetters(read.kafka)]),
    Layer.provide(Process.layerObserved("archive", [], read))
  )
  const { metricsHost: host, metricsPort: port } = read.monitoring
  return yield* Process.launch([{ port, host, variable: "METRICS_PORT" }], layers)
}).pipe(Effect.mapError(CommandFailed.from))

export const command = Command.make("archive", {}, () => run).pipe(
  Command.withSubcommands([Rebuild.command]),
  Command.withDescription(
    "Fill the archive at ARCHIVE_URL from the order events in Kafka, for every question about orders of long ago. " +
      "Start as many as there are partitions at the most. Settings are environment variables: README.md has them all"
  ),
  Command.withExamples([{
    command: "KAFKA_ADDR=localhost:9092 ARCHIVE_URL=postgres://shop:secret@localhost/archive flash-sale archive"
  }])
)
