/** What the records of a fold tell those who listen. */
import { eventsOf, type TurnedAway } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { PlacedOrder } from "@flash-sale/domain/events/OrderFacts"
import type { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import type { Message } from "./OpenOrder.ts"
import type { OpenOrders } from "./OpenOrders.ts"

/** Which records are told: from this offset on, and what of them. */
export interface Telling {
  readonly tellFrom: number
  readonly told: EventsTold
}

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
  { tellFrom, told }: Telling
): ReadonlyArray<ItemEvent> => {
  if (told === "off") return NOTHING
  const turnedAway: TurnedAway = told === "all" ? "told" : "counted"
  const findPlaced = placedIn(open)
  const events: Array<ItemEvent> = []
  for (let n = 0; n < batch.length; n++) {
    const message = batch[n]!
    // What is read again for want of room has been told when it was read first.
    if (message.isAdmitted || message.record.offset < tellFrom) continue
    const own = eventsOf(itemId, message, outcomes[n]!, findPlaced, turnedAway)
    for (const event of own) events.push(event)
  }
  return events
}

/** Whether the store has folded more of the item, up to `position`, than was read here: that is still to be told. */
export const isBehind = (batch: ReadonlyArray<Message>, position: number, { told }: Pick<Telling, "told">): boolean => {
  if (told === "off") return false
  for (let n = batch.length - 1; n >= 0; n--) {
    const { isAdmitted, record } = batch[n]!
    if (!isAdmitted) return record.offset < position
  }
  return false
}

const placedIn = (open: Pick<OpenOrders, "get">) => (requestId: RequestId, placedAtOffset: number) => {
  const order = open.get(requestId)
  if (order === undefined || order.placedAtOffset !== placedAtOffset) return undefined
  // Of a hold the record that is kept is the one that has confirmed it, by another call.
  const acceptedAt = order.record.offset === placedAtOffset ? order.acceptedAt : undefined
  return { trace: order, acceptedAt, metadata: order.metadata } satisfies PlacedOrder
}
