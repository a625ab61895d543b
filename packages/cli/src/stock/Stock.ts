/** `flash-sale stock get|set|add`: reading and changing the stock of an item. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { type Adjustment, MAX_ADJUSTMENT } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as StockChange from "./StockChange.ts"

const item = Argument.String("item").pipe(
  Argument.withSchema(ItemId),
  Argument.withDescription("The item, such as 101")
)

const units = (minimum: number) =>
  Argument.Int("units").pipe(
    Argument.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum: MAX_ADJUSTMENT })))
  )

const counts = ({ available, held, sold }: { available: number; held: number; sold: number }): string =>
  `available ${available}, held ${held}, sold ${sold}`

const get = Command.make("get", { item, ...Target.flags }, ({ item, ...target }) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const summary = yield* store.read(home(item, yield* log.partitions), item)
    if (!summary.isKnown) {
      return yield* CommandFailed.failed(`item ${item} is not known: nothing was ever put in or ordered`)
    }
    yield* Console.log(`item ${item}: ${counts(summary)}`)
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print what is available, held and sold of an item")
  )

const change = (itemId: ItemId, adjustment: Adjustment, target: Target.Target) =>
  Effect.gen(function*() {
    const position = yield* Target.bounded(StockChange.append(itemId, adjustment))
    const summary = yield* StockChange.awaitEffect(itemId, position)
    if (Option.isSome(summary)) return yield* Console.log(`item ${itemId}: ${counts(summary.value)}`)
    yield* Console.log(StockChange.recorded(itemId, yield* Target.follower(target)))
  })

const set = Command.make(
  "set",
  { item, units: units(0).pipe(Argument.withDescription("Units available from then on")), ...Target.flags },
  ({ item, units, ...target }) =>
    StockChange.freshId.pipe(
      Effect.flatMap((command) => change(item, { command, target: units }, target)),
      Effect.provide(Target.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription(
    "Set how many units of an item are available. Takes its place in the log, after the orders that came before"
  )
)

const add = Command.make(
  "add",
  {
    item,
    units: units(-MAX_ADJUSTMENT).pipe(
      Argument.withDescription("Units to put in; below zero to take out, at most what is available")
    ),
    ...Target.flags
  },
  ({ item, units, ...target }) =>
    StockChange.freshId.pipe(
      Effect.flatMap((command) => change(item, { command, delta: units }, target)),
      Effect.provide(Target.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
).pipe(Command.withDescription("Put units of an item in, or take some out"))

export const command = Command.make("stock").pipe(
  Command.withDescription("Look at the stock of an item, or change it"),
  Command.withSubcommands([get, set, add])
)
