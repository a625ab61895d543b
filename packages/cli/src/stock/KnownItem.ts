/** Items that a command may change: a mistyped name makes no item. Decision 0034. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import { Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"

/** Lets a command begin an item. */
export const create = Flag.Boolean("create").pipe(
  Flag.withDescription("Begin the item where nobody knows it"),
  Flag.withDefault(false)
)

/** The item as it is now. */
export const read = Effect.fnUntraced(function*(itemId: ItemId) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  return yield* Target.bounded(
    Effect.flatMap(log.partitions, (partitions) => store.read(home(itemId, partitions), itemId))
  )
})

/** The same of an item that the store knows; fails for any other. */
export const required = Effect.fnUntraced(function*(itemId: ItemId) {
  const summary = yield* read(itemId)
  if (summary.isKnown) return summary
  return yield* CommandFailed.failed(
    summary.isComplete
      ? `item ${itemId} is not known, and nothing was changed: flash-sale stock set begins an item, or --create`
      : `item ${itemId} is not known so far, as its partition is not folded to its end, and nothing was changed: ` +
        "start a processor, or --create"
  )
})
