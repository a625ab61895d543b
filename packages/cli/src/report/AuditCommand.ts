/** `flash-sale audit`: who changed what, when and why, out of the archive. */
import { isOperatorName, MAX_OPERATOR_LENGTH } from "@flash-sale/domain/records/operator/Operator"
import * as Csv from "@flash-sale/operations/archive/Csv"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { AuditRow } from "../engine/archive/ArchiveView.ts"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Table from "../terminal/Table.ts"
import * as Target from "../terminal/Target.ts"
import * as ListFlags from "./ListFlags.ts"

const HEADINGS = ["TIME", "BY", "WHAT", "ITEM", "ORDER", "REASON"]
const CSV_HEADINGS = Csv.line([...HEADINGS.map((name) => name.toLowerCase()), "data"])

const cellsOf = (entry: AuditRow) => [
  entry.time,
  entry.by,
  entry.type,
  entry.item_id,
  entry.request_id,
  entry.reason
]

const tableOf = (entries: ReadonlyArray<AuditRow>, isFirst: boolean): string => {
  const rows = entries.map((entry) => cellsOf(entry).map((cell) => Table.harmless(cell ?? Table.ABSENT)))
  const table = Table.show(HEADINGS, rows)
  return isFirst ? table : table.slice(table.indexOf("\n") + 1)
}

const csvOf = (entries: ReadonlyArray<AuditRow>, isFirst: boolean): string =>
  [
    ...(isFirst ? [CSV_HEADINGS] : []),
    ...entries.map((entry) => Csv.line([...cellsOf(entry), JSON.stringify(entry.data)]))
  ].join("").replace(/\r\n$/, "\r")

const print = (form: ListFlags.Form) => (entries: ReadonlyArray<AuditRow>, isFirst: boolean) =>
  Console.log(
    form === "json"
      ? entries.map((entry) => JSON.stringify(entry)).join("\n")
      : form === "csv"
      ? csvOf(entries, isFirst)
      : tableOf(entries, isFirst)
  )

export const command = Command.make("audit", {
  item: ListFlags.item,
  by: Flag.String("by").pipe(
    Flag.filter(isOperatorName, () => `1 to ${MAX_OPERATOR_LENGTH} characters`),
    Flag.withDescription("Only what this key, or this user of a command, did; everybody where it is absent"),
    Flag.optional
  ),
  since: ListFlags.time("since", "Only what was done then or later"),
  limit: ListFlags.limit,
  csv: ListFlags.csv,
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ by, csv, item, json, limit, since, ...target }) =>
  Effect.gen(function*() {
    const form = yield* ListFlags.formOf({ csv, json })
    const filter = {
      itemId: Option.getOrUndefined(item),
      by: Option.getOrUndefined(by),
      since: yield* ListFlags.instant(since)
    }
    yield* Effect.gen(function*() {
      const engine = yield* Engine
      const read = (options: Parameters<typeof engine.audit>[1]) => engine.audit(filter, options)
      const { isAll, shown } = yield* ListFlags.eachPage(limit, read, print(form))
      if (form === "csv" && shown === 0) yield* Console.log(CSV_HEADINGS.trimEnd())
      if (form === "table" && shown === 0) yield* Console.log("no changes by hand")
      if (!isAll) yield* Console.error("flash-sale: and more: --limit")
    }).pipe(Effect.provide(EngineAt.layer(target)))
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print the changes that were made by hand, the newest first, out of the archive: what was done, by whom and why"
    ),
    Command.withExamples([
      { command: "flash-sale audit --since 1d" },
      { command: "flash-sale audit --item 101 --by ops --json", description: "One JSON object for each change" }
    ])
  )
