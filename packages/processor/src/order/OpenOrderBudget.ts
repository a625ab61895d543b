/**
 * How many open orders of a partition are kept in memory. The others wait in the log: only their offsets are noted, and
 * they are read again when there is room. Why it is built so: docs/decisions/0022-bound-on-open-orders.md.
 */
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Context, type Effect, Latch } from "effect"

/**
 * Open orders of a partition that are kept in memory, with the payments that wait for them. An order takes about 2 kB
 * and one processor may own all twelve partitions: together a quarter of the 1 GiB that a processor has. More would not
 * be paid sooner, as 1,000 payments are under way at the most.
 */
export const MAX_OPEN_ORDERS = 10_000

/** The bound of each partition that a processor owns. Tests set a smaller one, so that orders wait. */
export const MaxOpenOrders = Context.Reference<number>("@flash-sale/processor/MaxOpenOrders", {
  defaultValue: () => MAX_OPEN_ORDERS
})

export interface OpenOrderBudget {
  /** Whether the order that was placed at this offset may be kept. Otherwise it waits to be read again. */
  readonly admit: (offset: number) => boolean
  /** Gives back the room of `orders` orders that are not kept any more. */
  readonly release: (orders: number) => void
  /** From now on orders are read again: the recovery is over, and payments make room. */
  readonly start: () => void
  /** Completes as soon as orders wait and half of the budget is free, so that many are read at once. */
  readonly due: Effect.Effect<void>
  /** Whether an order waits already, or one would have to wait if `further` more were admitted. */
  readonly mayExceed: (further: number) => boolean
  /** The offset of the first order that waits. */
  readonly first: () => number | undefined
  /** The records of orders that wait, as many as there is room for: they are admitted by this. */
  readonly claim: (records: ReadonlyArray<LogRecord>) => ReadonlyArray<LogRecord>
  readonly isFull: () => boolean
  /** How many orders are kept, and how many wait. */
  readonly kept: () => number
  readonly waiting: () => number
}

/** At most `max` orders are kept. */
export const make = (max: number): OpenOrderBudget => {
  const due = Latch.makeUnsafe(false)
  /** Offsets of orders that wait. Items fold at their own pace, so they are in no order. */
  const waiting = new Set<number>()
  const half = Math.ceil(max / 2)
  let kept = 0
  let hasStarted = false

  const update = (): void => {
    const isDue = hasStarted && waiting.size > 0 && max - kept >= Math.min(waiting.size, half)
    if (isDue) Latch.openUnsafe(due)
    else Latch.closeUnsafe(due)
  }

  return {
    admit: (offset) => {
      // Where some wait, a later order must not overtake them.
      if (kept < max && waiting.size === 0) {
        kept++
        return true
      }
      waiting.add(offset)
      update()
      return false
    },
    release: (orders) => {
      kept -= orders
      if (waiting.size > 0) update()
    },
    start: () => {
      hasStarted = true
      update()
    },
    due: Latch.await(due),
    mayExceed: (further) => waiting.size > 0 || kept + further > max,
    first: () => {
      let first: number | undefined
      for (const offset of waiting) if (first === undefined || offset < first) first = offset
      return first
    },
    claim: (records) => {
      const claimed: Array<LogRecord> = []
      for (const record of records) {
        if (kept >= max) break
        if (!waiting.delete(record.offset)) continue
        kept++
        claimed.push(record)
      }
      update()
      return claimed
    },
    isFull: () => kept >= max,
    kept: () => kept,
    waiting: () => waiting.size
  }
}
