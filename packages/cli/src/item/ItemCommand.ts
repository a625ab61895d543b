/** `flash-sale item list|show|import`: the items that there are. */
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import { Console, Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Table from "../terminal/Table.ts"
import * as Target from "../terminal/Target.ts"
import * as ImportCommand from "./ImportCommand.ts"
import * as ItemListCommand from "./ItemListCommand.ts"

const HEADINGS = ["ITEM", "AVAILABLE", "HELD", "SOLD", "PUT IN", "PARTITION", "POSITION"]

const rowOf = ({ itemId, partition, stopped, summary }: ItemView.ShownItem): ReadonlyArray<string> => {
  const where = String(partition ?? Table.ABSENT)
  if (summary === undefined) return [itemId, `stopped: ${stopped}`, "", "", "", where, Table.ABSENT]
  const { available, held, position, sold, stocked } = summary
  return [itemId, ...[available, held, sold, stocked, where, position].map(String)]
}

const list = ItemListCommand.make(HEADINGS, (item) => Effect.succeed(rowOf(item))).pipe(
  Command.withDescription("Print every item: its counts, and where in the log it is"),
  Command.withExamples([{ command: "flash-sale item list --json", description: "One JSON object for each item" }])
)

const show = Command.make("show", {
  item: Argument.String("item").pipe(
    Argument.withSchema(ItemId),
    Argument.withDescription("The item, such as 101")
  ),
  ...JsonFlag.one,
  ...Target.anywhere
}, ({ item, json, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const found = yield* engine.listed(item)
    if (Option.isNone(found)) return yield* CommandFailed.noItem({ itemId: item, isComplete: true })
    yield* Console.log(
      json ? JSON.stringify(ItemView.ofListed(found.value)) : Table.show(HEADINGS, [rowOf(found.value)])
    )
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print one item: its counts, and where in the log it is"),
    Command.withExamples([{ command: "flash-sale item show 101" }])
  )

export const command = Command.make("item").pipe(
  Command.withDescription("Look at the items that there are, or bring many in"),
  Command.withSubcommands([list, show, ImportCommand.command])
)
