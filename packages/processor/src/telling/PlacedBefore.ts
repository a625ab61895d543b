/**
 * What the records say that have placed orders, of those records that were in the log when the worker started: an order
 * may have ended before its record is read again, or wait for room in memory, and its end tells what its record says.
 *
 * **Details**: of later records nothing is kept, as an order ends only once it is paid, and is kept in memory for that.
 * Nor is anything kept of an order once the record is told that has ended it: what comes after that is told as in a run
 * that goes on.
 */
import type { PlacedOrder } from "@flash-sale/domain/events/OrderFacts"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"
import type { Message } from "../order/OpenOrder.ts"

/** Orders of one item that are kept; of further ones the oldest are told without what their record says. */
const MAX_KEPT = 20_000

export interface PlacedBefore {
  /** Looks at a record and its outcome, in the log's order, before it is told. */
  readonly follow: (message: Message, outcome: RecordOutcome) => void
  /** Lets go of the orders that the record has ended, once it is told. */
  readonly forget: (outcome: RecordOutcome) => void
  /** The order that was placed at this offset, where it is kept. */
  readonly get: (placedAtOffset: number) => PlacedOrder | undefined
}

/** Of records before the offset `until`, where the log ended when the worker started. */
export const make = (until: number): PlacedBefore => {
  const kept = AgeOrderedMap.make<number, PlacedOrder>()

  return {
    follow: ({ command, isAdmitted, record: { offset } }, { orders }) => {
      if (isAdmitted) return
      if (offset >= until) {
        if (kept.size() > 0) kept.clear()
        return
      }
      if (command._tag !== "Place" && command._tag !== "Hold") return
      if (orders[0]?.placedAtOffset !== offset || orders[0].state === "rejected") return
      const { acceptedAt, metadata } = command
      // One that is read again keeps its place.
      if (kept.has(offset)) return
      kept.set(offset, { trace: command, acceptedAt, metadata })
      kept.deleteWhile(() => kept.size() > MAX_KEPT)
    },
    forget: ({ fresh, orders }) => {
      // One that is read again may be followed by the record that has really ended the order.
      if (!fresh || kept.size() === 0) return
      for (let n = 0; n < orders.length; n++) {
        const { placedAtOffset, state } = orders[n]!
        if (state === "sold" || state === "released" || state === "refunded") kept.delete(placedAtOffset)
      }
    },
    get: (placedAtOffset) => kept.get(placedAtOffset)
  }
}
