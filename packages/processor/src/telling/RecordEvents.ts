/** What the records of a fold tell those who listen. */
import { eventsOf, type TurnedAway } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { PlacedOrder } from "@flash-sale/domain/events/OrderFacts"
import { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import { Effect } from "effect"
import type { Message } from "../order/OpenOrder.ts"
import type { OpenOrders } from "../order/OpenOrders.ts"
import * as PlacedBefore from "./PlacedBefore.ts"

/** Which records are told: from this offset on, and what of them. */
export interface Telling {
  readonly tellFrom: number
  readonly told: EventsTold
  readonly placedBefore: PlacedBefore.PlacedBefore
}

/** Of an item's records in this run, as the process is set to tell them. */
export const telling = (run: { readonly tellFrom: number; readonly until: number }): Effect.Effect<Telling> =>
  Effect.map(EventsTold, (told) => ({ tellFrom: run.tellFrom, told, placedBefore: PlacedBefore.make(run.until) }))

const NOTHING: ReadonlyArray<ItemEvent> = []

/**
 * The events of the records of a fold, in order. `open` as it is before them: an order that they end is found there,
 * with what the record that placed it says.
 */
export const of = (
  itemId: ItemId,
  open: Pick<OpenOrders, "get">,
  batch: ReadonlyArray<Message>,
  outcomes: ReadonlyArray<RecordOutcome>,
  { placedBefore, tellFrom, told }: Telling
): ReadonlyArray<ItemEvent> => {
  if (told === "off") return NOTHING
  const turnedAway: TurnedAway = told === "all" ? "told" : "counted"
  const findPlaced = placedIn(open, placedBefore)
  const events: Array<ItemEvent> = []
  for (let n = 0; n < batch.length; n++) {
    const message = batch[n]!
    placedBefore.follow(message, outcomes[n]!)
    // What is read again for want of room has been told when it was read first.
    if (!message.isAdmitted && message.record.offset >= tellFrom) {
      const own = eventsOf(itemId, message, outcomes[n]!, findPlaced, turnedAway)
      for (const event of own) events.push(event)
    }
    placedBefore.forget(outcomes[n]!)
  }
  return events
}

/** Whether the store has folded more of the item, up to `position`, than was read here: that is not told yet. */
export const isBehind = (batch: ReadonlyArray<Message>, position: number, { told }: Telling): boolean => {
  if (told === "off") return false
  for (let n = batch.length - 1; n >= 0; n--) {
    const { isAdmitted, record } = batch[n]!
    if (!isAdmitted) return record.offset < position
  }
  return false
}

const placedIn =
  (open: Pick<OpenOrders, "get">, placedBefore: PlacedBefore.PlacedBefore) =>
  (requestId: RequestId, placedAtOffset: number): PlacedOrder | undefined => {
    const order = open.get(requestId)
    if (order?.placedAtOffset !== placedAtOffset) return placedBefore.get(placedAtOffset)
    // Of a hold the record that is kept is the one that has confirmed it, by another call.
    const acceptedAt = order.record.offset === placedAtOffset ? order.acceptedAt : undefined
    return { trace: order, acceptedAt, metadata: order.metadata }
  }
