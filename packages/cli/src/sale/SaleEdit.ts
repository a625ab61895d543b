/** What the `sale` commands share: their item, and a change of its sale that is appended and awaited. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import * as SaleChange from "@flash-sale/operations/items/SaleChange"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Clock, Console, Effect, Option } from "effect"
import { Argument } from "effect/cli"
import * as KnownItem from "../stock/KnownItem.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as SaleFormat from "./SaleFormat.ts"

/** The word that removes a setting. */
export const NONE = "none"

/** The item that is changed. */
export const item = Argument.String("item").pipe(
  Argument.withSchema(ItemId),
  Argument.withDescription("The item, such as 101")
)

/** Where the item is, whether it may be one that nobody knows, and who changes it. */
export const flags = { create: KnownItem.create, ...OperatorFlags.flags, ...JsonFlag.one, ...Target.flags }

export type Place = Target.Target & OperatorFlags.Given & { readonly create: boolean; readonly json: boolean }

/** Prints the sale of an item as it is now. */
export const print = (itemId: ItemId, summary: ItemSummary, json: boolean) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Console.log(
      json ? JSON.stringify(ItemView.ofSummary(itemId, summary)) : SaleFormat.sale(itemId, summary, now)
    ))

/** Appends the change, waits until it takes effect, and prints the sale. */
export const change = (itemId: ItemId, { by, create, json, reason, ...target }: Place, patch: SalePatch) =>
  Effect.gen(function*() {
    if (!create) yield* KnownItem.required(itemId)
    const log = yield* OrderLog
    yield* Target.bounded(log.partitions)
    const operator = yield* OperatorFlags.operator({ by, reason })
    const position = yield* Target.boundedAppend(SaleChange.append(itemId, patch, operator))
    const summary = yield* StockChange.awaitEffect(itemId, position)
    if (Option.isSome(summary)) return yield* print(itemId, summary.value, json)
    yield* Target.sayRecorded(itemId, position, target, json)
  }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))
