/** What becomes of a run whose fold has failed. */
import type { FoldError, ItemDamaged } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { RecoveryNeeded } from "./PartitionRun.ts"

/** It begins again. What concerns the item alone is no reason for that. */
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
