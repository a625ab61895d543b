/** `flash-sale stock get|set|add`: reading and changing the stock of an item. */
import { MAX_ADJUSTMENT } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import { Console, Effect, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Engine, type StockEdit } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as KnownItem from "./KnownItem.ts"
import * as StockFormat from "./StockFormat.ts"

const item = Argument.String("item").pipe(
  Argument.withSchema(ItemId),
  Argument.withDescription("The item, such as 101")
)

const units = (minimum: number) =>
  Argument.Int("units").pipe(
    Argument.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum: MAX_ADJUSTMENT })))
  )

const print = (itemId: ItemId, summary: ItemView.ShownSummary, json: boolean) =>
  Console.log(json ? JSON.stringify(ItemView.ofSummary(itemId, summary)) : StockFormat.counts(itemId, summary))

const get = Command.make(
  "get",
  { item, ...JsonFlag.one, ...Target.anywhere },
  ({ item, json, ...target }) =>
    Effect.flatMap(
      KnownItem.shown(item, "put in or ordered"),
      (summary) =>
        Console.log(
          json ? JSON.stringify(StockFormat.ofWhole(item, summary)) : StockFormat.whole(item, summary)
        )
    ).pipe(
      Effect.provide(EngineAt.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription("Print what is available, held and sold of an item, and how many orders it has turned away"),
  Command.withExamples([
    { command: "flash-sale stock get 101" },
    { command: "flash-sale stock get 101 --url http://127.0.0.1:8081", description: "Through the admin API there" }
  ])
)

/** Changes it, waits until that counts, and prints the item then. Fails where less was taken than was asked for. */
const change = Effect.fnUntraced(
  function*(itemId: ItemId, edit: StockEdit, given: OperatorFlags.Given, json: boolean) {
    const engine = yield* Engine
    const changed = yield* engine.changeStock(itemId, edit, { ...given, flag: "--reason" })
    if (changed._tag === "Recorded") return yield* Target.sayRecorded(itemId, changed.position, changed.when, json)
    yield* print(itemId, changed.summary, json)
    if (changed.shortfall === undefined) return
    const { asked, taken } = changed.shortfall
    return yield* CommandFailed.failed(`item ${itemId}: took ${taken} of ${asked}, as no more was available`)
  }
)

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
    ...Target.anywhere
  },
  ({ by, create, item, json, reason, units, ...target }) =>
    change(item, { _tag: "Set", units }, { by, reason }, json).pipe(
      Effect.provide(EngineAt.layer(target, create)),
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
    ...Target.anywhere
  },
  ({ by, create, item, json, reason, units, ...target }) =>
    change(item, { _tag: "Add", units, create }, { by, reason }, json).pipe(
      Effect.provide(EngineAt.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
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
