/** `flash-sale stock get|set|add`: reading and changing the stock of an item. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { type Adjustment, MAX_ADJUSTMENT } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as KnownItem from "./KnownItem.ts"

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

const print = (itemId: ItemId, summary: ItemSummary, json: boolean) =>
  Console.log(json ? JSON.stringify(ItemView.ofSummary(itemId, summary)) : `item ${itemId}: ${counts(summary)}`)

const get = Command.make(
  "get",
  { item, ...JsonFlag.one, ...Target.flags },
  ({ item, json, ...target }) =>
    Effect.gen(function*() {
      const summary = yield* KnownItem.read(item)
      if (!summary.isKnown) {
        return yield* CommandFailed.failed(`item ${item} is not known: nothing was ever put in or ordered`)
      }
      yield* print(item, summary, json)
    }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))
).pipe(
  Command.withDescription("Print what is available, held and sold of an item"),
  Command.withExamples([{ command: "flash-sale stock get 101" }])
)

/** Appends the change, waits until it counts, and prints the item then; none where no processor runs. */
const change = (
  itemId: ItemId,
  adjustment: Adjustment,
  operator: Operator,
  { json, ...target }: Target.Target & { readonly json: boolean }
) =>
  Effect.gen(function*() {
    yield* Target.bounded(Effect.flatMap(OrderLog, ({ partitions }) => partitions))
    const position = yield* Target.boundedAppend(StockChange.append(itemId, adjustment, operator))
    const summary = yield* StockChange.awaitEffect(itemId, position)
    if (Option.isSome(summary)) yield* print(itemId, summary.value, json)
    else yield* Target.sayRecorded(itemId, position, target, json)
    return summary
  })

const create = Flag.Boolean("create").pipe(
  Flag.withDescription("Make the engine's folder and file, or its topics, where there are none"),
  Flag.withDefault(false)
)

const set = Command.make(
  "set",
  {
    item,
    units: units(0).pipe(Argument.withDescription("Units available from then on")),
    create,
    ...OperatorFlags.flags,
    ...JsonFlag.one,
    ...Target.flags
  },
  ({ by, create, item, reason, units, ...target }) =>
    Effect.gen(function*() {
      const operator = yield* OperatorFlags.operator({ by, reason })
      yield* change(item, { command: yield* StockChange.freshId, target: units }, operator, target)
    }).pipe(
      Effect.provide(Target.layer(target, create)),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription(
    "Set how many units of an item are available. Takes its place in the log, after the orders that came before. " +
      "A new item begins so"
  ),
  Command.withExamples([{ command: "flash-sale stock set 101 500 --reason \"delivery of May\"" }])
)

const add = Command.make(
  "add",
  {
    item,
    units: units(-MAX_ADJUSTMENT).pipe(
      Argument.withDescription("Units to put in; below zero to take out, at most what is available")
    ),
    create: KnownItem.create,
    ...OperatorFlags.flags,
    ...JsonFlag.one,
    ...Target.flags
  },
  ({ by, create, item, reason, units, ...target }) =>
    Effect.gen(function*() {
      const operator = yield* OperatorFlags.operator({ by, reason })
      const before = yield* (create ? KnownItem.read(item) : KnownItem.required(item))
      const after = yield* change(item, { command: yield* StockChange.freshId, delta: units }, operator, target)
      const missing = Option.isSome(after) ? StockChange.shortfall(units, before, after.value) : undefined
      if (missing !== undefined) {
        const { asked, taken } = missing
        return yield* CommandFailed.failed(`item ${item}: took ${taken} of ${asked}, as no more was available`)
      }
    }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))
).pipe(
  Command.withDescription(
    "Put units of an item in, or take some out. Exits with 1 where less was taken than was asked for"
  ),
  Command.withExamples([{ command: "flash-sale stock add 101 20" }, {
    command: "flash-sale stock add 101 -5 --reason \"broken in the store\""
  }])
)

export const command = Command.make("stock").pipe(
  Command.withDescription("Look at the stock of an item, or change it"),
  Command.withSubcommands([get, set, add])
)
