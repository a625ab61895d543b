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

const bitOf = (step: EventId.Step): number => 1 << (step - 1)
const endOf = (step: EventId.Step, type: string): number => step === 3 ? ENDS.indexOf(type) << 4 : 0

/** Of a log that begins at this offset. */
export const make = (start: number): Explained => {
  let steps = new Uint8Array(0)
  let orders = new Uint32Array(0)
  const others = new Map<string, number>()

  return {
    grow: (until) => {
      const [oldSteps, oldOrders] = [steps, orders]
      steps = new Uint8Array(until - start)
      orders = new Uint32Array(until - start)
      steps.set(oldSteps)
      orders.set(oldOrders)
    },
    add: ({ data, id, type }) => {
      const requestId = "requestId" in data ? data.requestId : undefined
      const named = EventId.stepOf(id)
      if (named === undefined) others.set(id, hashOf(data.itemId, requestId))
      if (named === undefined || named.placedAtOffset < start) return
      const at = named.placedAtOffset - start
      steps[at] = (steps[at] ?? 0) | bitOf(named.step) | endOf(named.step, type)
      orders[at] = hashOf(data.itemId, requestId)
    },
    knows: ({ id, itemId, requestId, type }) => {
      const named = EventId.stepOf(id)
      if (named === undefined) return others.get(id) === hashOf(itemId, requestId)
      const at = named.placedAtOffset - start
      if (at < 0) return true
      const made = steps[at] ?? 0
      const isMade = (made & bitOf(named.step)) !== 0 && (named.step !== 3 || endOf(3, type) === (made & ENDS_MASK))
      return isMade && orders[at] === hashOf(itemId, requestId)
    }
  }
}
