/** The item that a command is about, as it is now; and the flag that lets a command begin one. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Items from "@flash-sale/operations/items/KnownItem"
import { Flag } from "effect/cli"
import * as Target from "../terminal/Target.ts"

/** Lets a command begin an item. */
export const create = Flag.Boolean("create").pipe(
  Flag.withDescription("Begin the item where nobody knows it"),
  Flag.withDefault(false)
)

/** The item as it is now. */
export const read = (itemId: ItemId) => Target.bounded(Items.read(itemId))

/** The same of an item that the store knows; fails for any other. */
export const required = (itemId: ItemId) => Target.bounded(Items.required(itemId))
