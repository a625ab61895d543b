/** `flash-sale reconcile`: the store against the log, item by item. */
import { ItemId } from "@flash-sale/domain/Ids"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "./CommandFailed.ts"
import * as Place from "./Place.ts"
import * as Run from "./reconcile/Run.ts"
import * as Where from "./reconcile/Where.ts"

export const command = Command.make("reconcile", {
  item: Flag.String("item").pipe(
    Flag.withSchema(ItemId),
    Flag.withDescription("Only this item; every item where it is absent"),
    Flag.optional
  ),
  apply: Flag.Boolean("apply").pipe(
    Flag.withDescription("Have the items that differ folded again from the log"),
    Flag.withDefault(false)
  ),
  ...Place.flags
}, ({ apply, item, ...place }) =>
  Run.run({ item: Option.getOrUndefined(item), apply }).pipe(
    Effect.provide(Where.layer(place)),
    Effect.mapError(CommandFailed.from)
  )).pipe(
    Command.withDescription(
      "Fold the log in memory and compare the store with it, item by item. Exits with 1 where something differs"
    )
  )
