/**
 * Which events the log explains: those that its fold has told, each by the record that has told it first. Pure but for
 * its own state.
 *
 * **Details**: an id names the place of an attempt, so that a log which was written anew has other orders, or another
 * end of the same order, under ids of before. Entries are judged range by range, so that only the events of one range
 * are held; of the rest a byte for each record of the log, and the ids of what is about no order: those are few.
 */
import * as EventId from "@flash-sale/domain/events/EventId"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { ToldEvent } from "@flash-sale/domain/ports/Archive"

export interface Explained {
  /** The next range tells these. Returns whether each of them is told for the first time. */
  readonly tell: (events: ReadonlyArray<ItemEvent>) => ReadonlyArray<boolean>
  /**
   * Whether the log tells this, of an entry that was told by a record of the range. What only records before its
   * beginning could have told is taken for explained.
   */
  readonly knows: (told: ToldEvent) => boolean
  /** The log goes on to here. Called before anything of that is told. */
  readonly grow: (end: number) => void
}

const requestOf = ({ data }: ItemEvent) => "requestId" in data ? data.requestId : undefined

/** Another record may tell the same step of the same order at the same place of another log, at another time. */
const isSame = (event: ItemEvent, told: ToldEvent): boolean =>
  event.type === told.type && event.sequence === told.sequence && event.time === told.time &&
  event.data.itemId === told.itemId && requestOf(event) === told.requestId

/** Behind the bits of the four steps. */
const ASKED_BITS: Readonly<Record<EventId.Asked, number>> = { cancel_requested: 1 << 4, refund_requested: 1 << 5 }

/** What an event is to an attempt: a bit at the record that placed it. Undefined of one that is about no attempt. */
const partOf = (id: string): { readonly placedAtOffset: number; readonly bit: number } | undefined => {
  const asked = EventId.askedOf(id)
  if (asked !== undefined) return { placedAtOffset: asked.placedAtOffset, bit: ASKED_BITS[asked.asked] }
  const named = EventId.stepOf(id)
  return named === undefined ? undefined : { placedAtOffset: named.placedAtOffset, bit: 1 << (named.step - 1) }
}

/** Of a log that begins at this offset. */
export const make = (start: number): Explained => {
  /** What is told of the attempt that each record has placed, a bit each. */
  let steps = new Uint8Array(0)
  const others = new Set<string>()
  let range = new Map<string, ItemEvent>()

  const isFirst = (id: string): boolean => {
    const part = partOf(id)
    if (part === undefined) {
      const isNew = !others.has(id)
      others.add(id)
      return isNew
    }
    const at = part.placedAtOffset - start
    const before = steps[at] ?? 0
    steps[at] = before | part.bit
    return (before & part.bit) === 0
  }

  return {
    grow: (until) => {
      const before = steps
      steps = new Uint8Array(until - start)
      steps.set(before)
    },
    tell: (events) => {
      range = new Map()
      return events.map((event) => {
        const isNew = isFirst(event.id)
        if (isNew) range.set(event.id, event)
        return isNew
      })
    },
    knows: (told) => {
      const part = partOf(told.id)
      if (part !== undefined && part.placedAtOffset < start) return true
      const event = range.get(told.id)
      return event !== undefined && isSame(event, told)
    }
  }
}
