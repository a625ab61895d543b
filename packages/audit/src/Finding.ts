/** One item of the store against the log, at one position. */
import type { StoredItem } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED } from "@flash-sale/domain/records/Partition"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import * as Differences from "./Differences.ts"
import type { FoldedItem } from "./PartitionFold.ts"

/** What was found of one item that is worth a line. */
export interface Finding {
  readonly itemId: ItemId
  /** Where both were compared. */
  readonly position: number
  readonly differences: Differences.Differences
  /** What cannot be right, or cannot be compared, in words. */
  readonly wrong: ReadonlyArray<string>
  /** Changes of stock by hand that wait to be recorded: no difference. */
  readonly byHand: ReadonlyArray<string>
  /** Whether folding it again from the log makes it right. */
  readonly isRepairable: boolean
  /** The last sensed adjustment that the log counts. */
  readonly seq: number
}

export const differs = ({ differences, wrong }: Finding): boolean => differences.count > 0 || wrong.length > 0

/**
 * Compares one item, as it was folded up to its ceiling, with what the store holds. `end` is the end of the log, and
 * `checkpoint` that of the store's mark.
 */
export const of = (
  itemId: ItemId,
  item: FoldedItem,
  there: StoredItem,
  end: number,
  checkpoint: number | undefined
): Finding => {
  const isShort = there.position >= end
  const isBack = there.position < item.ceiling
  const isBehind = there.position < item.lastKnown
  const wrong = [
    ...there.damages,
    ...(isShort ? [`the store has folded it up to ${there.position}, but the log ends at ${end}`] : []),
    ...(isBack ? [`it went back from ${item.ceiling} to ${there.position} while it was compared: look again`] : []),
    ...(!isBack && isBehind
      ? [`the store holds it at ${there.position}, but everything up to ${item.lastKnown} is said to be folded`]
      : []),
    ...(item.stopped === undefined ? [] : [`the log itself stops it ${item.stopped}`]),
    ...(there.position > NOTHING_FOLDED && !there.indexed ? ["the index of its partition does not name it"] : [])
  ]
  // The store forgets an answer once it is published, perhaps a little later: before the checkpoint all are.
  const isUnpublishedWrong = (offset: number, side: "left" | "right") =>
    side === "right" && checkpoint !== undefined && offset >= checkpoint
  return {
    itemId,
    position: there.position,
    differences: isBack ? Differences.none : Differences.between(
      ItemDump.of(item.state),
      there.dump,
      isUnpublishedWrong
    ),
    wrong,
    byHand: there.byHand,
    isRepairable: !isShort && !isBack && item.stopped === undefined,
    seq: item.state.item.seq
  }
}
