/**
 * Tells how many orders of each item were turned away, by reason: at most once a second for an item, where it moved.
 *
 * **Details**: an item that this run has not told yet is told with its first fold, as the run before may have been
 * killed with a count in hand. Nothing is committed beyond the first record whose count is not told, so that such a
 * record is read again. What waits is one count for each item, however long the events are away. Several fibers may
 * tell, one after the other, and what one of them did not finish waits for the next.
 */
import * as RefusedEvents from "@flash-sale/domain/events/RefusedEvents"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { Array as Arr, Effect, Semaphore } from "effect"
import type { Message } from "../order/OpenOrder.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type { EventTeller } from "./EventTeller.ts"

/** Counts that are told in one append. */
const COUNTS_AT_ONCE = 500

/** Takes in what a fold of the item has left. Before its records are final. */
export type FollowRefused = (
  batch: ReadonlyArray<Pick<Message, "isAdmitted" | "record">>,
  summary: Pick<ItemSummary, "position" | "refused">
) => void

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

/** All that neither has told: of an item the later count is in the place of the earlier one. */
const together = (earlier: Untold, later: Untold): Untold => ({
  counts: new Map([...earlier.counts, ...later.counts]),
  from: Math.min(earlier.from, later.from)
})

const isRead = ({ isAdmitted }: Pick<Message, "isAdmitted">): boolean => !isAdmitted

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
      // What is read again for want of room was followed when it was read first, and may be of long before.
      const first = batch.find(isRead)?.record
      const last = batch.findLast(isRead)?.record
      if (!isTold || first === undefined || last === undefined || last.offset < run.tellFrom) return
      const total = Refused.sum(refused)
      if (total === known) return
      known = total
      waiting.counts.set(itemId, { itemId, position, refused, time: last.timestamp })
      waiting.from = Math.min(waiting.from, first.offset)
      hold()
    }
  }

  /** Nothing is lost of what was under way where its telling ended half-way. */
  const putBack = Effect.sync(() => {
    waiting = together(underWay, waiting)
    underWay = none()
  })

  const oneByOne = Semaphore.makeUnsafe(1)
  const tell = Effect.gen(function*() {
    if (waiting.counts.size === 0) return
    underWay = waiting
    waiting = none()
    for (const some of Arr.chunksOf(underWay.counts.values(), COUNTS_AT_ONCE)) {
      yield* teller.tell(some.map((count) => RefusedEvents.of(run.partition, count)))
    }
    underWay = none()
    hold()
  }).pipe(Effect.ensuring(putBack), oneByOne.withPermit)

  return { follow, tell }
})
