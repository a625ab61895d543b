/** The item that a command is about; and the flag that lets a command begin one. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"

/** Lets a command begin an item. */
export const create = Flag.Boolean("create").pipe(
  Flag.withDescription("Begin the item where nobody knows it"),
  Flag.withDefault(false)
)

/** The item as it is now; fails where nobody knows it, as nothing of `never` was ever done about it. */
export const shown = Effect.fnUntraced(function*(itemId: ItemId, never: string) {
  const engine = yield* Engine
  const found = yield* engine.item(itemId)
  if (Option.isSome(found)) return found.value
  return yield* CommandFailed.failed(`item ${itemId} is not known: nothing was ever ${never}`)
})
