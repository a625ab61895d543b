/** `flash-sale sale show|list|open|close|pause|resume|limit|hold|price`: how an item is sold. */
import { MAX_ADJUSTMENT } from "@flash-sale/domain/records/Command"
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import * as EngineAt from "../engine/EngineAt.ts"
import * as KnownItem from "../stock/KnownItem.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import { change, flags, item, NONE, print } from "./SaleEdit.ts"
import * as SaleHold from "./SaleHold.ts"
import * as SaleHours from "./SaleHours.ts"
import * as SaleList from "./SaleList.ts"
import * as SalePause from "./SalePause.ts"
import * as SalePrice from "./SalePrice.ts"

const show = Command.make(
  "show",
  { item, ...JsonFlag.one, ...Target.anywhere },
  ({ item, json, ...target }) =>
    Effect.flatMap(KnownItem.shown(item, "put in, ordered or set"), (summary) => print(item, summary, json)).pipe(
      Effect.provide(EngineAt.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription("Print how an item is sold, and its counts"),
  Command.withExamples([{ command: "flash-sale sale show 101" }])
)

const readLimit = (text: string): Option.Option<number | null> => {
  if (text === NONE) return Option.some(null)
  const units = /^\d{1,10}$/.test(text) ? Number(text) : 0
  return units >= 1 && units <= MAX_ADJUSTMENT ? Option.some(units) : Option.none()
}

const limit = Command.make("limit", {
  item,
  units: Argument.String("units").pipe(
    Argument.filterMap(readLimit, () => `a whole number from 1 to ${MAX_ADJUSTMENT}, or ${NONE}`),
    Argument.withDescription(`The most units that one user may have from then on, or ${NONE}`)
  ),
  ...flags
}, ({ item, units, ...target }) => change(item, target, { perUserLimit: units })).pipe(
  Command.withDescription("Limit how many units each user may buy. Counts what is bought while a limit is set"),
  Command.withExamples([{ command: "flash-sale sale limit 101 2" }, { command: "flash-sale sale limit 101 none" }])
)

export const command = Command.make("sale").pipe(
  Command.withDescription("Say when, to whom and for how much an item is sold, or look"),
  Command.withSubcommands([
    show,
    SaleList.command,
    SaleHours.open,
    SaleHours.close,
    SalePause.pause,
    SalePause.resume,
    limit,
    SaleHold.command,
    SalePrice.command
  ])
)
