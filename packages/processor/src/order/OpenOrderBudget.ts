/**
 * How many open orders of a partition are kept in memory. The others wait in the log: only their offsets are noted, and
 * they are read again when there is room. Why it is built so: docs/decisions/0022-bound-on-open-orders.md.
 */
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Context, type Effect, Latch } from "effect"

/**
 * Open orders that each partition may keep in memory, with the payments that wait for them, whatever other partitions
 * keep. More would not be paid sooner, as 1,000 payments are under way at the most.
 */
export const MAX_OPEN_ORDERS = 5_000
/**
 * Further open orders that the partitions of a process may keep together: a sale of one item needs the most in one
 * partition. An order takes about 2 kB and one processor may own all twelve partitions: with their own 60,000 that is a
 * quarter of the 1 GiB that a processor has.
 */
export const MAX_SHARED_OPEN_ORDERS = 60_000

/** The bounds: `own` of each partition, `shared` of all partitions of a process. Tests set smaller ones. */
export const OpenOrderLimits = Context.Reference<{ readonly own: number; readonly shared: number }>(
  "@flash-sale/processor/OpenOrderLimits",
  { defaultValue: () => ({ own: MAX_OPEN_ORDERS, shared: MAX_SHARED_OPEN_ORDERS }) }
)

/** What the partitions of a process share: for so many further orders there is room. */
export interface SharedRoom {
  free: number
}

export interface OpenOrderBudget {
  /** Whether the order that was placed at this offset may be kept. Otherwise it waits to be read again. */
  readonly admit: (offset: number) => boolean
  /** The record at this offset is not to be decided yet, and waits to be read again as well. */
  readonly postpone: (offset: number) => void
  /** Gives back the room of `orders` orders that are not kept any more. */
  readonly release: (orders: number) => void
  /** From now on orders are read again: the recovery is over, and payments make room. */
  readonly start: () => void
  /** Completes as soon as orders wait and there is room for all of them, or for half of `own`. */
  readonly due: Effect.Effect<void>
  /** Whether an order waits already, or one would have to wait if `further` more were admitted. */
  readonly mayExceed: (further: number) => boolean
  /** The offset of the first order that waits. */
  readonly first: () => number | undefined
  /** The records of orders that wait, as many as there is room for: they are admitted by this. */
  readonly claim: (records: ReadonlyArray<LogRecord>) => ReadonlyArray<LogRecord>
  readonly isFull: () => boolean
  /** The partition keeps nothing any more: gives back what it has of the shared room. */
  readonly close: () => void
  /** How many orders are kept, and how many wait. */
  readonly kept: () => number
  readonly waiting: () => number
}

/**
 * At most `own` orders are kept, and further ones while there is shared room. Where orders wait, more than half of
 * `own` are kept: once they are paid there is room again, whatever other partitions keep.
 */
export const make = (own: number, shared: SharedRoom = { free: 0 }): OpenOrderBudget => {
  const due = Latch.makeUnsafe(false)
  /** Offsets of orders that wait. Items fold at their own pace, so they are in no order. */
  const waiting = new Set<number>()
  const half = Math.ceil(own / 2)
  let kept = 0
  let hasStarted = false

  const room = (): number => Math.max(0, own - kept) + shared.free
  const keep = (): void => {
    kept++
    if (kept > own) shared.free--
  }
  const release = (orders: number): void => {
    const ofShared = Math.max(0, kept - own)
    kept -= orders
    shared.free += ofShared - Math.max(0, kept - own)
  }
  const update = (): void => {
    const isDue = hasStarted && waiting.size > 0 && room() >= Math.min(waiting.size, half)
    if (isDue) Latch.openUnsafe(due)
    else Latch.closeUnsafe(due)
  }

  return {
    admit: (offset) => {
      // Where some wait, a later order must not overtake them.
      if (room() > 0 && waiting.size === 0) {
        keep()
        return true
      }
      waiting.add(offset)
      update()
      return false
    },
    postpone: (offset) => {
      waiting.add(offset)
      update()
    },
    release: (orders) => {
      release(orders)
      if (waiting.size > 0) update()
    },
    start: () => {
      hasStarted = true
      update()
    },
    due: Latch.await(due),
    // The shared room may be taken by another partition at any time.
    mayExceed: (further) => waiting.size > 0 || kept + further > own,
    first: () => {
      let first: number | undefined
      for (const offset of waiting) if (first === undefined || offset < first) first = offset
      return first
    },
    claim: (records) => {
      const claimed: Array<LogRecord> = []
      for (const record of records) {
        if (room() <= 0) break
        if (!waiting.delete(record.offset)) continue
        keep()
        claimed.push(record)
      }
      update()
      return claimed
    },
    isFull: () => {
      // Another partition may have taken the room by which reading again was due.
      update()
      return room() <= 0
    },
    close: () => release(kept),
    kept: () => kept,
    waiting: () => waiting.size
  }
}
