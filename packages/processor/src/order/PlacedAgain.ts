/**
 * What the records say that have placed orders, of orders that had ended before these records were read again. The
 * events of their ends, which are read again as well, tell it.
 *
 * **Details**: the store had folded the end when it was asked for the order, so the end comes before any record that is
 * folded for the first time. From the first of those on nothing is kept.
 */
import type { PlacedOrder } from "@flash-sale/domain/events/OrderFacts"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import type { Message } from "./OpenOrder.ts"

/** Orders of one item that are kept; of further ones the oldest are told without what their record says. */
const MAX_KEPT = 100_000

export interface PlacedAgain {
  /** Looks at a record and its outcome, in the log's order. */
  readonly follow: (message: Message, outcome: RecordOutcome) => void
  /** The order that was placed at this offset, where it is kept. */
  readonly get: (placedAtOffset: number) => PlacedOrder | undefined
}

export const make = (): PlacedAgain => {
  const kept = new Map<number, PlacedOrder>()

  return {
    follow: ({ command, record: { offset } }, { fresh, orders }) => {
      if (fresh) {
        if (kept.size > 0) kept.clear()
        return
      }
      if (command._tag !== "Place" && command._tag !== "Hold") return
      if (orders[0]?.placedAtOffset !== offset || orders[0].state === "rejected") return
      const { acceptedAt, metadata } = command
      kept.set(offset, { trace: command, acceptedAt, metadata })
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!)
    },
    get: (placedAtOffset) => kept.get(placedAtOffset)
  }
}
