/**
 * What the log said and says no more, since records of it were cut or trimmed: what may then be otherwise than it was.
 */
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import type { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"

/** The orders that a command is about. */
const namedBy = (command: Command): ReadonlyArray<string> => {
  switch (command._tag) {
    case "Place":
    case "Hold":
      return [command.order.requestId]
    case "Settle":
      return command.settlements.map(({ requestId }) => requestId)
    case "Expire":
      return command.orders.map(({ requestId }) => requestId)
    case "Cancel":
    case "GiveUp":
    case "Confirm":
    case "Refund":
      return [command.requestId]
    default:
      return []
  }
}

export const make = () => {
  /** Orders that a lost record names: they may come to another end than was published. */
  const orders = new Set<string>()
  /** Attempts whose own record is lost: their charges may stay without a sale. */
  const charges = new Set<string>()
  return {
    orders,
    charges,
    add: (records: ReadonlyArray<LogRecord.LogRecord>): void => {
      for (const record of records) {
        const itemId = LogRecord.itemOf(record)
        if (itemId === undefined) continue
        const command = LogRecord.decode(itemId, record)
        for (const requestId of namedBy(command)) orders.add(requestId)
        if (command._tag === "Place") charges.add(chargeKey(itemId, command.order.requestId, command.attempt))
        if (command._tag === "Confirm") charges.add(chargeKey(itemId, command.requestId, 1))
      }
    }
  }
}
