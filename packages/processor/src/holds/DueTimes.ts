/**
 * When the open holds of a partition are over: one entry for each, and no timer.
 *
 * **Details**: a hold's time is held on the monotonic clock from when it is learned, so that a step of the wall clock
 * neither lengthens nor shortens it. Times are kept in tenths of a second, rounded up: small whole numbers, which cost
 * no memory of their own. An item is looked through only where one of its holds may be over.
 */
import { type ExpiredHold, MAX_EXPIRIES } from "@flash-sale/domain/records/checkout/Checkout"
import type { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { OpenHold } from "../order/Action.ts"

/** The unit of times that are kept, in milliseconds. */
const UNIT = 100
/** A hold is the first attempt at its order. */
const ATTEMPT = 1

/** One moment by both clocks, in milliseconds: since 1970 (UTC), and as `Monotonic.now` gives it. */
export interface BothClocks {
  readonly wall: number
  readonly monotonic: number
}

/** In tenths of a second. */
interface Due {
  /** On the monotonic clock: when it is over, and later when it is to be said again. */
  at: number
  /** On the wall clock, since `base`: when it is over. */
  readonly dueAt: number
  readonly correlationId: CorrelationId
}

interface ItemHolds {
  readonly holds: Map<RequestId, Due>
  /** No `at` and no `dueAt` of them is less. */
  next: number
  earliest: number
}

/** Holds of one item that are over: at `at`, in milliseconds since 1970 (UTC), which is not before any of them is. */
export interface Expired {
  readonly itemId: ItemId
  readonly at: number
  readonly orders: ReadonlyArray<ExpiredHold>
}

export interface DueTimes {
  /** Notes a hold. One that is known keeps its time. */
  readonly open: (itemId: ItemId, hold: OpenHold, now: BothClocks) => void
  readonly end: (itemId: ItemId, requestId: RequestId) => void
  /** The item is stopped: its holds wait for its repair. */
  readonly forget: (itemId: ItemId) => void
  readonly size: () => number
  /** Those that are over, in batches of `MAX_EXPIRIES`, at most `most` of them. They stay until they end. */
  readonly over: (now: BothClocks, most: number) => ReadonlyArray<Expired>
  /** That they are over was said: they count as over again at `until`, on the monotonic clock. */
  readonly postpone: (expired: Expired, until: number) => void
  /** When the first of those that are over at `wall` was over by its wall clock; undefined where none is. */
  readonly overdueSince: (wall: number) => number | undefined
}

/** At most so many of the item's holds that are over; notes when it is to be looked through again. */
const through = (item: ItemHolds, base: number, now: BothClocks, most: number) => {
  const tick = now.monotonic / UNIT
  const orders: Array<ExpiredHold> = []
  let [at, next, earliest] = [Math.floor(now.wall), Infinity, Infinity]
  for (const [requestId, due] of item.holds) {
    if (due.at < next) next = due.at
    if (due.dueAt < earliest) earliest = due.dueAt
    if (due.at > tick || orders.length >= most) continue
    at = Math.max(at, base + due.dueAt * UNIT)
    orders.push({ requestId, attempt: ATTEMPT, correlationId: due.correlationId })
  }
  item.next = next
  item.earliest = earliest
  return { at, orders }
}

/** `base` is a moment on the wall clock, in milliseconds since 1970 (UTC), not far from those of the holds. */
export const make = (base: number): DueTimes => {
  const items = new Map<ItemId, ItemHolds>()
  const wallOf = (dueAt: number): number => base + dueAt * UNIT
  let size = 0

  return {
    open: (itemId, { correlationId, dueAt, requestId }, now) => {
      let item = items.get(itemId)
      if (item === undefined) items.set(itemId, item = { holds: new Map(), next: Infinity, earliest: Infinity })
      if (item.holds.has(requestId)) return
      const at = Math.ceil((now.monotonic + dueAt - now.wall) / UNIT)
      const due = { at, dueAt: Math.ceil((dueAt - base) / UNIT), correlationId }
      item.holds.set(requestId, due)
      item.next = Math.min(item.next, due.at)
      item.earliest = Math.min(item.earliest, due.dueAt)
      size++
    },
    end: (itemId, requestId) => {
      const item = items.get(itemId)
      if (item?.holds.delete(requestId) !== true) return
      size--
      if (item.holds.size === 0) items.delete(itemId)
    },
    forget: (itemId) => {
      size -= items.get(itemId)?.holds.size ?? 0
      items.delete(itemId)
    },
    size: () => size,
    over: (now, most) => {
      const all: Array<Expired> = []
      let left = most
      for (const [itemId, item] of items) {
        if (left <= 0) break
        if (item.next > now.monotonic / UNIT) continue
        const { at, orders } = through(item, base, now, left)
        left -= orders.length
        for (let from = 0; from < orders.length; from += MAX_EXPIRIES) {
          all.push({ itemId, at, orders: orders.slice(from, from + MAX_EXPIRIES) })
        }
      }
      return all
    },
    postpone: ({ itemId, orders }, until) => {
      const holds = items.get(itemId)?.holds
      for (const { requestId } of orders) {
        const due = holds?.get(requestId)
        if (due !== undefined) due.at = Math.ceil(until / UNIT)
      }
    },
    overdueSince: (wall) => {
      let since: number | undefined
      for (const item of items.values()) {
        if (wallOf(item.earliest) >= wall) continue
        // The one that it was of may have ended.
        item.earliest = Infinity
        for (const { dueAt } of item.holds.values()) if (dueAt < item.earliest) item.earliest = dueAt
        if (wallOf(item.earliest) < Math.min(wall, since ?? Infinity)) since = wallOf(item.earliest)
      }
      return since
    }
  }
}
