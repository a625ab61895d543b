/** The order that one record is about. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as OrderTrace from "@flash-sale/domain/records/OrderTrace"
import type { ChargeRef } from "./OpenOrder.ts"

/** Of a record whose value says which one it is; undefined of others. */
export const of = (itemId: ItemId, command: Command): ChargeRef | undefined => {
  switch (command._tag) {
    case "Place":
      return { ...OrderTrace.of(command), itemId, requestId: command.order.requestId, attempt: command.attempt }
    case "Hold":
      return { ...OrderTrace.of(command), itemId, requestId: command.order.requestId, attempt: 1 }
    case "Confirm":
    case "Refund":
      return { ...OrderTrace.of(command), itemId, requestId: command.requestId, attempt: command.attempt ?? 1 }
    default:
      return undefined
  }
}
