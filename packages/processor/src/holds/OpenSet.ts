/**
 * Which holds are open and which refunds wait, as far as there is room for them in memory: what the folds tell, and
 * what is found in the store.
 */
import type { FoundOpen } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { Action } from "../order/Action.ts"
import type { BothClocks, DueTimes } from "./DueTimes.ts"
import type { Limits } from "./HoldLimits.ts"
import type { Refunds } from "./Refunds.ts"

export interface OpenSet {
  /** A fold of the item has decided this. */
  readonly follow: (itemId: ItemId, action: Action) => void
  /** The item is stopped: what it holds waits for its repair, and the recovery after it. */
  readonly leave: (itemId: ItemId) => void
  /**
   * The store is read from now on, and `found` was in it: as it was then, so what has ended meanwhile counts no more.
   * One reading at a time, until `endReading`.
   */
  readonly beginReading: () => void
  readonly found: (itemId: ItemId, found: FoundOpen) => void
  readonly endReading: () => void
  /** The items of which there was no room for all, and is now for half of what there may be: takes them. */
  readonly takeBeyond: () => ReadonlyArray<ItemId>
}

const keyOf = (itemId: ItemId, requestId: RequestId): string => `${itemId} ${requestId}`

interface Parts {
  readonly dueTimes: DueTimes
  readonly refunds: Pick<Refunds, "add" | "end" | "forget" | "size">
  readonly limits: Limits
  readonly now: () => BothClocks
}

export const make = ({ dueTimes, limits, now, refunds }: Parts): OpenSet => {
  const stopped = new Set<ItemId>()
  const beyond = { holds: new Set<ItemId>(), refunds: new Set<ItemId>() }
  /** What has ended since the reading began; undefined while nothing is read. */
  let ended: Set<string> | undefined

  const open = (itemId: ItemId, hold: NonNullable<Action["opened"]>): void => {
    if (stopped.has(itemId)) return
    if (dueTimes.size() >= limits.holds) beyond.holds.add(itemId)
    else dueTimes.open(itemId, hold, now())
  }

  const wait = (order: NonNullable<Action["refunding"]>): void => {
    if (stopped.has(order.itemId)) return
    if (refunds.size() >= limits.refunds) beyond.refunds.add(order.itemId)
    else refunds.add(order)
  }

  return {
    follow: (itemId, { ended: over, opened, refunded, refunding }) => {
      const gone = over ?? refunded
      if (gone !== undefined) {
        ended?.add(keyOf(itemId, gone))
        dueTimes.end(itemId, gone)
        if (refunded !== undefined) refunds.end(itemId, refunded)
      }
      if (opened !== undefined) open(itemId, opened)
      if (refunding !== undefined) wait(refunding)
    },
    leave: (itemId) => {
      stopped.add(itemId)
      dueTimes.forget(itemId)
      refunds.forget(itemId)
    },
    beginReading: () => {
      ended = new Set()
    },
    found: (itemId, { open: { dueAt, ...trace }, order, requestId }) => {
      if (ended?.has(keyOf(itemId, requestId)) === true) return
      if (order.state === "refunding") wait({ ...trace, itemId, requestId, attempt: order.attempt })
      else if (order.state === "open" && dueAt !== undefined) open(itemId, { ...trace, requestId, dueAt })
    },
    endReading: () => {
      ended = undefined
    },
    takeBeyond: () => {
      const taken = new Set<ItemId>()
      const take = (items: Set<ItemId>, hasRoom: boolean): void => {
        if (!hasRoom) return
        for (const itemId of items) taken.add(itemId)
        items.clear()
      }
      take(beyond.holds, dueTimes.size() <= limits.holds / 2)
      take(beyond.refunds, refunds.size() <= limits.refunds / 2)
      return [...taken]
    }
  }
}
