/** The store as operators' commands see it. */
import type { AcceptedLog } from "@flash-sale/domain/ports/RecoveryMarks"
import { type Clearing, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, Layer } from "effect"
import { PARTITIONS } from "./SimulatedLog.ts"
import { type FoldedLog, type State, wholeLog, without } from "./StoreState.ts"
import type { Trace } from "./Trace.ts"

/**
 * `onAccepted` hears from where a partition is folded from now on, and says which log that is; `onNeedless` hears of
 * what was accepted though the store holds that very log.
 */
export const layer = (
  state: State,
  trace: Trace,
  onAccepted: (partition: number, from: number) => FoldedLog,
  onNeedless: (what: string) => void
): Layer.Layer<StoredItems> => {
  const { ask } = state

  const logOf = (partition: number, from: number): FoldedLog => {
    const before = state.now().logs.get(partition) ?? wholeLog
    const log = onAccepted(partition, from)
    if (before.cuts === log.cuts && before.from === log.from) {
      onNeedless(`partition ${partition} is refused, and the store holds the log that there is`)
    }
    return log
  }

  /** Takes folds away, with the mark; what was changed by hand and is not counted yet stays. */
  const clear = (partition: number, clearings: ReadonlyArray<Clearing>, accepted: AcceptedLog | undefined): void => {
    const stored = state.now()
    const hands = new Map(stored.hands)
    for (const { itemId, seq } of clearings) {
      const { parked, unannounced } = state.hand(itemId)
      if (parked === undefined) continue
      hands.set(itemId, { unannounced, parked: { ...parked, seq: Math.max(parked.seq, seq + 1) } })
    }
    state.change({
      hands,
      items: without(stored.items, clearings.map(({ itemId }) => itemId)),
      marks: without(stored.marks, [partition]),
      accepted: accepted === undefined ? stored.accepted : new Map(stored.accepted).set(partition, accepted),
      logs: accepted === undefined
        ? stored.logs
        : new Map(stored.logs).set(partition, logOf(partition, accepted.from))
    })
  }

  const itemsOf = (partition: number): ReadonlyArray<ItemId> =>
    [...state.now().items.keys()].filter((itemId) => home(itemId, PARTITIONS) === partition)

  return Layer.succeed(StoredItems, {
    location: "the store",
    isEmpty: Effect.sync(() => state.now().items.size === 0),
    items: (partition) => ask(() => Effect.sync(() => itemsOf(partition))),
    positions: (_, itemIds) => ask(() => Effect.sync(() => itemIds.map((itemId) => state.folded(itemId).position))),
    read: (_, itemId) =>
      ask(() =>
        Effect.sync(() => {
          const folded = state.folded(itemId)
          const dump = ItemDump.of(folded)
          return { dump, position: folded.position, indexed: true, damages: [], byHand: [] }
        })
      ),
    clear: (partition, epoch, clearings, accepted) =>
      ask(() =>
        Effect.andThen(
          state.checkMark(partition, epoch),
          Effect.suspend(() => {
            clear(partition, clearings, accepted)
            return trace.note(`partition ${partition} is cleared, accepted ${JSON.stringify(accepted)}`)
          })
        )
      )
  })
}
