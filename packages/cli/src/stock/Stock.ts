/** `flash-sale stock get|set|add`: reading and changing the stock of an item. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { type Adjustment, MAX_ADJUSTMENT } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as KnownItem from "./KnownItem.ts"
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
    const summary = yield* KnownItem.read(item)
    if (!summary.isKnown) {
      return yield* CommandFailed.failed(`item ${item} is not known: nothing was ever put in or ordered`)
    }
    yield* Console.log(`item ${item}: ${counts(summary)}`)
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print what is available, held and sold of an item")
  )

/** Appends the change, waits until it counts, and prints the item then; none where no processor runs. */
const change = (itemId: ItemId, adjustment: Adjustment, target: Target.Target) =>
  Effect.gen(function*() {
    yield* Target.bounded(Effect.flatMap(OrderLog, ({ partitions }) => partitions))
    const position = yield* Target.boundedAppend(StockChange.append(itemId, adjustment))
    const summary = yield* StockChange.awaitEffect(itemId, position)
    yield* Console.log(
      Option.isSome(summary)
        ? `item ${itemId}: ${counts(summary.value)}`
        : StockChange.recorded(itemId, yield* Target.follower(target))
    )
    return summary
  })

const create = Flag.Boolean("create").pipe(
  Flag.withDescription("Make the engine's folder and file, or its topics, where there are none"),
  Flag.withDefault(false)
)

const set = Command.make(
  "set",
  { item, units: units(0).pipe(Argument.withDescription("Units available from then on")), create, ...Target.flags },
  ({ create, item, units, ...target }) =>
    StockChange.freshId.pipe(
      Effect.flatMap((command) => change(item, { command, target: units }, target)),
      Effect.provide(Target.layer(target, create)),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription(
    "Set how many units of an item are available. Takes its place in the log, after the orders that came before. " +
      "A new item begins so"
  )
)

/**
 * Says what was not taken: never more is taken out than is available. Where stock is put in at the same moment by
 * somebody else, less seems to have been taken than was.
 */
const checkTaken = (itemId: ItemId, delta: number, before: ItemSummary, after: ItemSummary) => {
  const taken = Math.max(0, before.stocked - after.stocked)
  return delta < 0 && before.isComplete && taken < -delta
    ? Effect.fail(CommandFailed.failed(`item ${itemId}: took ${taken} of ${-delta}, as no more was available`))
    : Effect.void
}

const add = Command.make(
  "add",
  {
    item,
    units: units(-MAX_ADJUSTMENT).pipe(
      Argument.withDescription("Units to put in; below zero to take out, at most what is available")
    ),
    create: KnownItem.create,
    ...Target.flags
  },
  ({ create, item, units, ...target }) =>
    Effect.gen(function*() {
      const before = yield* (create ? KnownItem.read(item) : KnownItem.required(item))
      const after = yield* change(item, { command: yield* StockChange.freshId, delta: units }, target)
      if (Option.isSome(after)) yield* checkTaken(item, units, before, after.value)
    }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))
).pipe(
  Command.withDescription(
    "Put units of an item in, or take some out. Exits with 1 where less was taken than was asked for"
  )
)

export const command = Command.make("stock").pipe(
  Command.withDescription("Look at the stock of an item, or change it"),
  Command.withSubcommands([get, set, add])
)
