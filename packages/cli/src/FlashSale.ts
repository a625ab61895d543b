/**
 * The command `flash-sale`, with everything that it can do. Only what is typed is loaded: a look at the stock needs
 * neither the gateway nor the libraries of Kafka.
 */
import { Command } from "effect/cli"

const COMMANDS = {
  serve: () => import("./processes/Serve.ts"),
  gateway: () => import("./processes/GatewayCommand.ts"),
  processor: () => import("./processes/ProcessorCommand.ts"),
  archive: () => import("./processes/ArchiveCommand.ts"),
  webhooks: () => import("./processes/WebhooksCommand.ts"),
  item: () => import("./item/ItemCommand.ts"),
  stock: () => import("./stock/Stock.ts"),
  sale: () => import("./sale/Sale.ts"),
  order: () => import("./order/OrderCommand.ts"),
  audit: () => import("./report/AuditCommand.ts"),
  report: () => import("./report/ReportCommand.ts"),
  overview: () => import("./overview/OverviewCommand.ts"),
  webhook: () => import("./webhook/Webhook.ts"),
  key: () => import("./key/Key.ts"),
  dlq: () => import("./dlq/Dlq.ts"),
  load: () => import("./load/Load.ts"),
  reconcile: () => import("./reconcile/Reconcile.ts"),
  recover: () => import("./recover/Recover.ts"),
  doctor: () => import("./doctor/Doctor.ts"),
  backup: () => import("./backup/BackupCommand.ts"),
  restore: () => import("./backup/RestoreCommand.ts"),
  reset: () => import("./backup/ResetCommand.ts")
}

const EXIT_CODES = "Exits with 0 where it did what was asked for, 1 where it found something wrong or did not do all " +
  "of it, 2 where it was typed or set wrongly, 3 where the log or the store cannot be reached, 4 where nobody knows " +
  "whether it was recorded"

/** The command for this line: with the subcommand that it names, or with all where it names none. */
export const load = async ([name = ""]: ReadonlyArray<string>) => {
  const wanted = Object.entries(COMMANDS).filter(([one]) => one === name || !Object.hasOwn(COMMANDS, name))
  const loaded = await Promise.all(wanted.map(([, module]) => module()))
  return Command.make("flash-sale").pipe(
    Command.withDescription(
      "An order engine for flash sales: every accepted order is kept, and exactly what is in stock is sold. " +
        EXIT_CODES
    ),
    Command.withSubcommands(loaded.map(({ command }) => command))
  )
}
