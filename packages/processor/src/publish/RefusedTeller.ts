/**
 * Tells how many orders of each item were turned away, by reason: at most once a second for an item, where it moved.
 *
 * **Details**: an item that this run has not told yet is told with its first fold, as the run before may have been
 * killed with a count in hand. Nothing is committed beyond the first record whose count is not told, so that such a
 * record is read again. What waits is one count for each item, however long the events are away.
 */
import * as RefusedEvents from "@flash-sale/domain/events/RefusedEvents"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { Array as Arr, Effect } from "effect"
import type { Message } from "../order/OpenOrder.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type { EventTeller } from "./EventTeller.ts"

/** Counts that are told in one append. */
const COUNTS_AT_ONCE = 500

/** Takes in what a fold of the item has left. Before its records are final. */
export type FollowRefused = (batch: ReadonlyArray<Message>, summary: ItemSummary) => void

export interface RefusedTeller {
  /** For the actor of an item. */
  readonly follow: (itemId: ItemId) => FollowRefused
  /** Tells the counts that have moved since they were told, for as long as it takes. */
  readonly tell: Effect.Effect<void, PartitionLost>
}

/** Counts that are not told yet, and the first record that they count. */
interface Untold {
  readonly counts: Map<ItemId, RefusedEvents.RefusedCount>
  from: number
}

const none = (): Untold => ({ counts: new Map(), from: Infinity })

export const make = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "partition" | "settling" | "tellFrom">,
  teller: Pick<EventTeller, "tell">
): Effect.fn.Return<RefusedTeller> {
  const isTold = (yield* EventsTold) !== "off"
  let waiting = none()
  let underWay = none()

  const hold = (): void => run.settling.holdFrom(Math.min(waiting.from, underWay.from))

  const follow = (itemId: ItemId): FollowRefused => {
    let known = 0
    return (batch, { position, refused }) => {
      const [first, last] = [batch[0]!.record, batch[batch.length - 1]!.record]
      if (!isTold || last.offset < run.tellFrom) return
      const total = Refused.sum(refused)
      if (total === known) return
      known = total
      waiting.counts.set(itemId, { itemId, position, refused, time: last.timestamp })
      waiting.from = Math.min(waiting.from, first.offset)
      hold()
    }
  }

  const tell = Effect.gen(function*() {
    if (waiting.counts.size === 0) return
    underWay = waiting
    waiting = none()
    for (const some of Arr.chunksOf(underWay.counts.values(), COUNTS_AT_ONCE)) {
      yield* teller.tell(some.map((count) => RefusedEvents.of(run.partition, count)))
    }
    underWay = none()
    hold()
  })

  return { follow, tell }
})
