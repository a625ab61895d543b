/** `flash-sale sale list`: how every item is sold. */
import { Clock, Effect } from "effect"
import { Command } from "effect/cli"
import * as ItemListCommand from "../item/ItemListCommand.ts"
import * as SaleFormat from "./SaleFormat.ts"

export const command = ItemListCommand.make(
  SaleFormat.HEADINGS,
  (item) => Effect.map(Clock.currentTimeMillis, (now) => SaleFormat.row(item, now))
).pipe(
  Command.withDescription("Print how every item is sold, and whether it takes orders now"),
  Command.withExamples([{ command: "flash-sale sale list" }])
)
