/** `flash-sale serve`: the whole engine in one process, on one file. */
import * as ArchiveState from "@flash-sale/archive/intake/ArchiveState"
import * as Pace from "@flash-sale/archive/intake/Pace"
import * as Gateway from "@flash-sale/gateway/Gateway"
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as Dependencies from "@flash-sale/infra/observability/Dependencies"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as ServiceSettings from "@flash-sale/infra/ServiceSettings"
import * as Settings from "@flash-sale/infra/Settings"
import { type Config, Console, Effect, Layer, Stdio } from "effect"
import { Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as AdminPort from "./AdminPort.ts"
import * as ArchiveCommand from "./ArchiveCommand.ts"
import * as FirstKey from "./FirstKey.ts"
import * as FirstStock from "./FirstStock.ts"
import * as HeapGrowth from "./HeapGrowth.ts"
import * as Process from "./Process.ts"
import * as ProcessorCommand from "./ProcessorCommand.ts"
import * as WebhooksCommand from "./WebhooksCommand.ts"

const SERVICES = ["gateway", "processor"] as const

const settings = (target: Pick<Target.Target, "dataDir">) =>
  Settings.all({ ...ServiceSettings.serve, embedded: Target.embedded(target) })

/** Prints where the engine is and what to try: as text at a terminal, else as log lines. */
const layerWelcome = ({ docs, httpPort: port }: Settings.GatewaySettings): Layer.Layer<never, never, Stdio.Stdio> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    const lines = [
      `The engine is up: http://localhost:${port}${docs ? "/docs" : ""}`,
      // The shell makes an id: one that stands here would be known at the next start.
      `Try it: curl -i localhost:${port}/buy -H 'content-type: application/json' -d ` +
      `'{"request_id":"r-'$(date +%s)'","user_id":"u-1","item_id":"${FirstStock.FIRST_ITEM}","amount":1}'`
    ]
    const isTerminal = yield* stdio.stdoutIsTerminal
    const print = (line: string) => isTerminal ? Console.log(line) : Log.info(line, { event: "service_started" })
    yield* Effect.forEach(lines, print, { discard: true })
  }))

/** Webhooks to the endpoints of the file, in this process. */
const layerWebhooks = (webhooks: Settings.WebhookSettings, dataDir: string) =>
  WebhooksCommand.layerSending(webhooks).pipe(
    Layer.provide(WebhooksCommand.layerShared(Settings.webhooksFileIn(webhooks, dataDir))),
    Process.loggedAs("webhooks")
  )

/** The archive in a file of its own, filled in this process; none where nothing is told. */
const layerArchive = ({ embedded, events, retention, webhooks }: Config.Success<ReturnType<typeof settings>>) =>
  events.told === "off"
    ? InfraArchives.layer({ url: undefined })
    : ArchiveCommand.layerFilling(retention).pipe(
      Layer.provide([ArchiveState.layer, Pace.layerBesideBuyers]),
      Process.loggedAs("archive"),
      Layer.merge(layerWebhooks(webhooks, embedded.dataDir)),
      Layer.provideMerge(InfraArchives.layerEmbedded(embedded))
    )

export const command = Command.make("serve", { dataDir: Target.flags.dataDir }, (target) =>
  Effect.gen(function*() {
    yield* HeapGrowth.bounded
    const read = yield* settings(target)
    const { httpHost, httpPort } = read.gateway
    const { metricsHost, metricsPort } = read.processor
    const admin = AdminPort.wanted(read, true)
    // Shut down from the top: first no more orders are taken, then those in hand are finished.
    const layers = Layer.mergeAll(
      Process.layerLifecycle,
      Dependencies.layer(SERVICES, Dependencies.EMBEDDED),
      layerWelcome(read.gateway)
    ).pipe(
      Layer.provide(
        Gateway.layer(
          { ...read.gateway, auth: read.access.auth },
          AdminPort.layer(read, admin, Target.embedded(target))
        ).pipe(
          Process.loggedAs("gateway")
        )
      ),
      Layer.provide(FirstStock.layer),
      Layer.provide(ProcessorCommand.layer(read.processor).pipe(Process.loggedAs("processor"))),
      Layer.provide([
        Infra.layerTokensEmbedded(read.embedded, read.tokens),
        Infra.layerPayments(read.payments)
      ]),
      Layer.provide(Infra.layerCallers(read.access, read.embedded.dataDir)),
      Layer.provide(FirstKey.layer(read.embedded.dataDir, read.access, admin)),
      Layer.provide(layerArchive(read)),
      Layer.provide(Infra.layerEmbedded(read.embedded)),
      Layer.provide([Infra.layerStatuses(read.statuses), Infra.layerEventsTold(read.events)]),
      Layer.provide(Process.layerObserved("flash-sale", SERVICES, read))
    )
    return yield* Process.launch([
      { port: httpPort, host: httpHost, variable: "HTTP_PORT" },
      { port: metricsPort, host: metricsHost, variable: "METRICS_PORT" },
      ...(admin === undefined ? [] : [admin])
    ], layers)
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Run the whole engine in this process, on one file under DATA_DIR. Item 101 is on sale. " +
        "Settings are environment variables: README.md has them all"
    ),
    Command.withExamples([{ command: "HTTP_PORT=8080 flash-sale serve" }])
  )
