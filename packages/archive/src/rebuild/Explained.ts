/**
 * Which events the log explains: those that its fold has told, each of its own order. Pure but for its own state.
 *
 * **Details**: an id names the place of an attempt, so that a log which was written anew has other orders under ids of
 * before. Keeps five bytes for each record of the log, and the ids of what is about no order: those are few.
 */
import * as EventId from "@flash-sale/domain/events/EventId"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { ToldEvent } from "@flash-sale/domain/ports/Archive"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { murmur2 } from "@flash-sale/domain/records/Partition"

export interface Explained {
  readonly add: (event: ItemEvent) => void
  /** Whether the log tells this. What only records before its beginning could have told is taken for explained. */
  readonly knows: (told: ToldEvent) => boolean
  /** The log goes on to here. Called before anything of that is added. */
  readonly grow: (end: number) => void
}

const utf8 = new TextEncoder()

const whose = (itemId: ItemId, requestId: RequestId | undefined): string => `${itemId}\n${requestId ?? ""}`
const hashOf = (itemId: ItemId, requestId: RequestId | undefined): number =>
  murmur2(utf8.encode(whose(itemId, requestId))) >>> 0

/** What the third step of an order may be. The others are of one type each. */
const ENDS: ReadonlyArray<string> = ["order.completed", "order.failed", "order.expired", "order.cancelled"]

const ENDS_MASK = 0b11_0000
const ASKED: Readonly<Record<EventId.Asked, number>> = { cancel_requested: 0b0100_0000, refund_requested: 0b1000_0000 }

/** What an event tells of an attempt: these bits, out of those of `mask`. */
interface Part {
  readonly placedAtOffset: number
  readonly bits: number
  readonly mask: number
}

/** Undefined of an event that is about no attempt. */
const partOf = (id: string, type: string): Part | undefined => {
  const asked = EventId.askedOf(id)
  if (asked !== undefined) {
    return { placedAtOffset: asked.placedAtOffset, bits: ASKED[asked.asked], mask: ASKED[asked.asked] }
  }
  const named = EventId.stepOf(id)
  if (named === undefined) return undefined
  const { placedAtOffset, step } = named
  const made = 1 << (step - 1)
  return step === 3
    ? { placedAtOffset, bits: made | (ENDS.indexOf(type) << 4), mask: made | ENDS_MASK }
    : { placedAtOffset, bits: made, mask: made }
}

/** Of a log that begins at this offset. */
export const make = (start: number): Explained => {
  let made = new Uint8Array(0)
  let orders = new Uint32Array(0)
  const others = new Map<string, number>()

  return {
    grow: (until) => {
      const [oldMade, oldOrders] = [made, orders]
      made = new Uint8Array(until - start)
      orders = new Uint32Array(until - start)
      made.set(oldMade)
      orders.set(oldOrders)
    },
    add: ({ data, id, type }) => {
      const requestId = "requestId" in data ? data.requestId : undefined
      const part = partOf(id, type)
      if (part === undefined) others.set(id, hashOf(data.itemId, requestId))
      if (part === undefined || part.placedAtOffset < start) return
      const at = part.placedAtOffset - start
      made[at] = (made[at] ?? 0) | part.bits
      orders[at] = hashOf(data.itemId, requestId)
    },
    knows: ({ id, itemId, requestId, type }) => {
      const part = partOf(id, type)
      if (part === undefined) return others.get(id) === hashOf(itemId, requestId)
      const at = part.placedAtOffset - start
      if (at < 0) return true
      return ((made[at] ?? 0) & part.mask) === part.bits && orders[at] === hashOf(itemId, requestId)
    }
  }
}
