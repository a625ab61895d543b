/** `flash-sale webhooks`: tells the shop's servers the events that are archived in PostgreSQL. */
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as ServiceSettings from "@flash-sale/infra/ServiceSettings"
import * as Settings from "@flash-sale/infra/Settings"
import * as EndpointFile from "@flash-sale/webhooks/endpoints/EndpointFile"
import * as Health from "@flash-sale/webhooks/Health"
import * as Sender from "@flash-sale/webhooks/send/Sender"
import * as Webhooks from "@flash-sale/webhooks/Webhooks"
import * as WebhookState from "@flash-sale/webhooks/work/WebhookState"
import { Effect, Layer } from "effect"
import { Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as MetricsPort from "./MetricsPort.ts"
import * as Process from "./Process.ts"

/** What the workers share: the endpoints of the file at this path. */
export const layerShared = (path: string) => Layer.unwrap(Effect.map(EndpointFile.watch(path), WebhookState.layer))

/** Sends, on whatever archive there is. */
export const layerSending = ({ allowPrivate }: Pick<Settings.WebhookSettings, "allowPrivate">) =>
  Layer.provide(Webhooks.layer, Sender.layer({ allowPrivate }))

const settings = Settings.all(ServiceSettings.webhooks)

const OFF = "ORDER_EVENTS: is off, so that there is nothing to send: set held or all here and at the processors"
const NOWHERE = "ARCHIVE_URL: is missing, so that there are no events to send: name a database of PostgreSQL"
const NOBODY = "WEBHOOKS_FILE: is missing, so that there is nobody to send to: name the file of the endpoints"

const run = Effect.gen(function*() {
  const read = yield* settings
  const path = Settings.webhooksFile(read.webhooks)
  if (read.events.told === "off") return yield* CommandFailed.usage(OFF)
  if (read.archive.url === undefined) return yield* CommandFailed.usage(NOWHERE)
  if (path === undefined) return yield* CommandFailed.usage(NOBODY)
  const { check: health, isReady } = Health
  const layers = Process.layerLifecycle.pipe(
    Layer.provide([
      layerSending(read.webhooks),
      MetricsPort.layer(read.monitoring, { health, isReady, metrics: "webhooks" })
    ]),
    Layer.provide(layerShared(path)),
    Layer.provide(InfraArchives.layer(read.archive)),
    Layer.provide(Process.layerObserved("webhooks", [], read))
  )
  const { metricsHost: host, metricsPort: port } = read.monitoring
  return yield* Process.launch([{ port, host, variable: "METRICS_PORT" }], layers)
}).pipe(Effect.mapError(CommandFailed.from))

export const command = Command.make("webhooks", {}, () => run).pipe(
  Command.withDescription(
    "Tell the endpoints of WEBHOOKS_FILE the events that are archived at ARCHIVE_URL, until each has answered. " +
      "Several share the endpoints. Settings are environment variables: README.md has them all"
  ),
  Command.withExamples([{
    command: "WEBHOOKS_FILE=webhooks.json ARCHIVE_URL=postgres://shop:secret@localhost/archive flash-sale webhooks"
  }])
)
