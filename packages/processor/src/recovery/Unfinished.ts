/**
 * The records of a quiet refold that are to be read once more when it ends, as they ask for something still: those of
 * orders that have not ended, those of refunds, whose statuses are written whatever their age, and those that could not
 * be understood, whose answers the store is to forget. Pure.
 */
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { OrderOutcome, RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import type { Message } from "../order/OpenOrder.ts"

export interface Unfinished {
  /** Looks at a record of the item and its outcome, in the item's order. */
  readonly follow: (itemId: ItemId, message: Pick<Message, "record" | "command">, outcome: RecordOutcome) => void
  /** How many records there are. */
  readonly size: () => number
  /** The records, in the log's order. */
  readonly records: () => ReadonlyArray<LogRecord>
}

/** The records that say what is to be known of an order until it ends. */
type OfOrder = Array<LogRecord>

/** Whether the record has placed the order as it is now, or has confirmed it: they say all that is known of it. */
const isAbout = ({ _tag }: Command, { offset }: LogRecord, { hold, placedAtOffset }: OrderOutcome): boolean =>
  _tag === "Confirm" ? hold?.confirmedAtOffset === offset : placedAtOffset === offset

export const make = (): Unfinished => {
  const items = new Map<ItemId, Map<RequestId, OfOrder>>()
  const others = new Set<LogRecord>()
  let kept = 0

  const keep = (orders: Map<RequestId, OfOrder>, requestId: RequestId, record: LogRecord): void => {
    const records = orders.get(requestId)
    if (records === undefined) orders.set(requestId, [record])
    else records.push(record)
    kept++
  }

  const end = (orders: Map<RequestId, OfOrder>, requestId: RequestId): void => {
    const records = orders.get(requestId)
    if (records === undefined) return
    orders.delete(requestId)
    kept -= records.length
  }

  const followOrder = (
    orders: Map<RequestId, OfOrder>,
    record: LogRecord,
    command: Command,
    order: OrderOutcome
  ): void => {
    const { requestId, state } = order
    if (requestId === undefined) return
    if (state === "held" || state === "open" || state === "voiding") {
      if (isAbout(command, record, order)) keep(orders, requestId, record)
      return
    }
    end(orders, requestId)
    if (state === "refunding" || state === "refunded") others.add(record)
  }

  return {
    follow: (itemId, { command, record }, { orders }) => {
      if (command._tag === "Unreadable" || orders[0]?.state === "unreadable") {
        others.add(record)
        return
      }
      let own = items.get(itemId)
      if (own === undefined) {
        own = new Map()
        items.set(itemId, own)
      }
      for (let n = 0; n < orders.length; n++) followOrder(own, record, command, orders[n]!)
    },
    size: () => kept + others.size,
    records: () => {
      const all = new Set(others)
      for (const orders of items.values()) {
        for (const records of orders.values()) for (const record of records) all.add(record)
      }
      return [...all].toSorted((one, other) => one.offset - other.offset)
    }
  }
}
