/** `flash-sale report`: what became of all units of an item, and its orders. */
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as ReportCsv from "@flash-sale/operations/archive/ReportCsv"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import type { OrderRow } from "../engine/archive/ArchiveView.ts"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import * as ListFlags from "./ListFlags.ts"
import * as OrderLines from "./OrderLines.ts"
import * as ReportText from "./ReportText.ts"

/** Lines end as those of a table, and the console ends the last one. */
const withoutEnd = (text: string): string => text.replace(/\r\n$/, "\r")

const printOrders = (form: ListFlags.Form) =>
  form === "csv"
    ? (orders: ReadonlyArray<OrderRow>) => Console.log(withoutEnd(orders.map(ReportCsv.lineOf).join("")))
    : OrderLines.print(form)

export const command = Command.make("report", {
  item: Argument.String("item").pipe(
    Argument.withSchema(ItemId),
    Argument.withDescription("The item, such as 101")
  ),
  limit: ListFlags.limit,
  csv: ListFlags.csv,
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ csv, item, json, limit, ...target }) =>
  Effect.gen(function*() {
    const form = yield* ListFlags.formOf({ csv, json })
    yield* Effect.gen(function*() {
      const engine = yield* Engine
      const counts = yield* engine.itemReport(item)
      if (form === "json") yield* Console.log(JSON.stringify(counts))
      else if (form === "csv") yield* Console.log(withoutEnd(ReportCsv.begin(counts)))
      else yield* Console.log(`${ReportText.text(counts)}\n`)
      const read = (options: Parameters<typeof engine.orders>[1]) => engine.orders({ itemId: item }, options)
      const { isAll } = yield* ListFlags.eachPage(limit, read, printOrders(form))
      if (!isAll) yield* Console.error("flash-sale: and more orders: --limit")
      if (!counts.balances) {
        return yield* CommandFailed.failed(...ReportCsv.differences(counts).map((why) => `item ${item}: ${why}`))
      }
    }).pipe(Effect.provide(EngineAt.layer(target)))
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print what became of all units of an item: put in, available, held, sold, refunded, turned away by reason, " +
        "refunds that are due, money by currency, and each order. Exits with 1 where the item's counts and the " +
        "archive's orders do not balance, and says by how much, and whether the archive is behind"
    ),
    Command.withExamples([
      { command: "flash-sale report 101" },
      { command: "flash-sale report 101 --csv --limit 1000000 > report.csv" }
    ])
  )
