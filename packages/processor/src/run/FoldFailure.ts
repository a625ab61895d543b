/** What becomes of a run whose fold has failed. */
import type { FoldError, ItemDamaged } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import { RecoveryNeeded } from "./PartitionRun.ts"

/** A reply has an outcome for each record: fewer or more are a bug of the store's adapter. */
export const unlessComplete = (
  outcomes: ReadonlyArray<unknown>,
  records: ReadonlyArray<unknown>
): Effect.Effect<void> =>
  outcomes.length === records.length
    ? Effect.void
    : Effect.die(new Error(`${outcomes.length} outcomes of ${records.length} records`))

/** The error by which the run recovers; `ItemDamaged` stops its item instead. */
export const toRecovery = (itemId: ItemId) => (error: Exclude<FoldError, ItemDamaged>): RecoveryNeeded => {
  switch (error._tag) {
    case "StoreUnavailable":
      return new RecoveryNeeded({ why: error.detail })
    case "MarkMoved":
      return new RecoveryNeeded({ why: "the store's mark has moved" })
    case "PositionBehind":
      return new RecoveryNeeded({ why: `the store has item ${itemId} only up to ${error.position}` })
  }
}
