/**
 * What the log said and says no more, since records of it were cut or trimmed: what may then be otherwise than it was.
 */
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as NamedRequests from "@flash-sale/domain/records/NamedRequests"

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
        for (const requestId of NamedRequests.of(command)) orders.add(requestId)
        if (command._tag === "Place") charges.add(chargeKey(itemId, command.order.requestId, command.attempt))
        if (command._tag === "Confirm") charges.add(chargeKey(itemId, command.requestId, 1))
      }
    }
  }
}
