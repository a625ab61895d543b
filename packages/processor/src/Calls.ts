/** How many records one call of a fold takes. */
import type { Command } from "@flash-sale/domain/Command"

/** Orders that the records of one call may name, so that none keeps the store from others for long. */
export const CALL_ORDERS = 1_000

/** The records in calls, in order. A settlement of many payments is one record and many orders. */
export const inCalls = <A extends { readonly command: Command }>(
  records: ReadonlyArray<A>
): ReadonlyArray<ReadonlyArray<A>> => {
  const calls: Array<Array<A>> = []
  let orders = CALL_ORDERS
  for (const record of records) {
    const { command } = record
    const named = command._tag === "Settle" ? command.settlements.length : 1
    if (orders + named > CALL_ORDERS) {
      calls.push([])
      orders = 0
    }
    calls[calls.length - 1]!.push(record)
    orders += named
  }
  return calls
}
