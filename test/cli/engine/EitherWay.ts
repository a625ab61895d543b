/** One engine on a file, with its admin port: commands are typed beside it, and through that port. */
import { NodeServices } from "@effect/platform-node"
import * as Dlq from "@flash-sale/cli/dlq/Dlq"
import * as ItemCommand from "@flash-sale/cli/item/ItemCommand"
import * as OrderCommand from "@flash-sale/cli/order/OrderCommand"
import * as OverviewCommand from "@flash-sale/cli/overview/OverviewCommand"
import * as AuditCommand from "@flash-sale/cli/report/AuditCommand"
import * as ReportCommand from "@flash-sale/cli/report/ReportCommand"
import * as Sale from "@flash-sale/cli/sale/Sale"
import * as Stock from "@flash-sale/cli/stock/Stock"
import * as Webhook from "@flash-sale/cli/webhook/Webhook"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import { Context, Effect, Layer, Runtime } from "effect"
import { Command as Cli } from "effect/cli"
import * as TestAdmin from "../../admin/TestAdmin.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as CommandLine from "../CommandLine.ts"
import { engine, inAProcess } from "../dlq/DlqCommandLine.ts"

const cli = Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([
    Stock.command,
    Sale.command,
    ItemCommand.command,
    OrderCommand.command,
    OverviewCommand.command,
    Dlq.command,
    Webhook.command,
    AuditCommand.command,
    ReportCommand.command
  ])),
  { version: "0.0.0" }
)
const type = CommandLine.runner(cli)

/** What a command printed, what it complained of, and its exit code. */
export interface Typed {
  readonly out: string
  readonly complaint: string
  readonly engine: ReadonlyArray<string>
  readonly code: number
}

/** Types a line under this environment alone. */
export const typed = (line: string, env: Readonly<Record<string, string>>): Effect.Effect<Typed> =>
  type(line, env).pipe(
    Effect.map(({ complaint, engine, failure, isSuccess, out }) => ({
      out,
      complaint,
      engine,
      code: isSuccess ? 0 : Runtime.getErrorExitCode(failure)
    })),
    Effect.provide(NodeServices.layer),
    inAProcess
  ) as Effect.Effect<Typed>

export class Folder extends Context.Service<Folder, string>()("test/cli/Folder") {}

/** Beside the engine, as the operator whom the key names. */
export const beside = (line: string) => Effect.flatMap(Folder, (DATA_DIR) => typed(line, { DATA_DIR }))

/** Through the admin API, with one of `TestAdmin.KEYS`. */
export const through = (line: string, key = "ops") =>
  Effect.flatMap(
    TestAdmin.TestAdmin,
    ({ port }) => typed(line, { FLASH_SALE_URL: `http://127.0.0.1:${port}`, FLASH_SALE_KEY: key })
  )

/** An engine that has an archive as well, in its folder. */
export const layerArchived = Layer.unwrap(
  Effect.map(Folder, (dataDir) =>
    TestAdmin.layerAdmin().pipe(
      Layer.provideMerge(engine(dataDir, 0)),
      Layer.provideMerge(Layer.orDie(InfraArchives.layerEmbedded({ dataDir })))
    ))
).pipe(Layer.provideMerge(Layer.effect(Folder, Folders.temporary)))

/** An engine, of whose payments this share times out. */
export const layer = (failureRate: number, hasKeys = true) =>
  Layer.unwrap(
    Effect.map(Folder, (folder) =>
      TestAdmin.layerAdmin({}, hasKeys).pipe(Layer.provideMerge(engine(folder, failureRate))))
  ).pipe(
    Layer.provideMerge(Layer.effect(Folder, Folders.temporary))
  )
