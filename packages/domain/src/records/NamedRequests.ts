/** Which orders a command is about. Pure. */
import type { Command } from "./Command.ts"
import type { RequestId } from "./Ids.ts"

/** The request ids that the command names, as it names them. What is unreadable names none. */
export const of = (command: Command): ReadonlyArray<RequestId> => {
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
    case "Adjust":
    case "Sale":
    case "Rules":
    case "Unreadable":
      return []
  }
}
