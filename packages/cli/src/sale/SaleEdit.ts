/** What the `sale` commands share: their item, and a change of its sale that is appended and awaited. */
import type { SalePatch } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import { Clock, Console, Effect } from "effect"
import { Argument } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
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
export const flags = { create: KnownItem.create, ...OperatorFlags.flags, ...JsonFlag.one, ...Target.anywhere }

export type Place = Target.Target & OperatorFlags.Given & { readonly create: boolean; readonly json: boolean }

/** Prints the sale of an item as it is now. */
export const print = (itemId: ItemId, summary: ItemView.ShownSummary, json: boolean) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Console.log(
      json ? JSON.stringify(ItemView.ofSummary(itemId, summary)) : SaleFormat.sale(itemId, summary, now)
    ))

/** Makes the change, waits until it takes effect, and prints the sale. */
export const change = (itemId: ItemId, { by, create, json, reason, ...target }: Place, patch: SalePatch) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const changed = yield* engine.changeSale(itemId, patch, create, { by, reason, flag: "--reason" })
    if (changed._tag === "Counts") return yield* print(itemId, changed.summary, json)
    yield* Target.sayRecorded(itemId, changed.position, changed.when, json)
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))
