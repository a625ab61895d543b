/** `flash-sale item list` and `flash-sale sale list`: every item that there is. */
import * as ItemView from "@flash-sale/operations/items/ItemView"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Table from "../terminal/Table.ts"
import * as Target from "../terminal/Target.ts"
import * as ItemPages from "./ItemPages.ts"

const MAX_ITEMS = 1_000_000

/** A list with these columns: the names of the first page have the widths of its table, as the others come later. */
export const make = (
  headings: ReadonlyArray<string>,
  rowOf: (item: ItemView.ShownItem) => Effect.Effect<ReadonlyArray<string>>
) =>
  Command.make("list", {
    limit: Flag.Int("limit").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_ITEMS }))),
      Flag.withDescription("The most items to print; 10000 by default"),
      Flag.withDefault(10_000)
    ),
    ...JsonFlag.lines,
    ...Target.anywhere
  }, ({ json, limit, ...target }) =>
    Effect.gen(function*() {
      let isFirst = true
      const { isAll, shown } = yield* ItemPages.each(limit, (items) =>
        Effect.gen(function*() {
          if (json) {
            return yield* Effect.forEach(items, (item) => Console.log(JSON.stringify(ItemView.ofListed(item))))
          }
          const table = Table.show(headings, yield* Effect.forEach(items, rowOf))
          yield* Console.log(isFirst ? table : table.slice(table.indexOf("\n") + 1))
          isFirst = false
        }))
      if (json) return
      if (shown === 0) yield* Console.log("no items")
      if (!isAll) yield* Console.log("and more: --limit")
    }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from)))
