/** What each version of the rules takes. An item is of version 1 until a `rules` record says otherwise. */
import { type Command, MAX_NARROW_PRICE } from "../records/Command.ts"
import { isWide, type ItemId, type UserId } from "../records/Ids.ts"

/** The version from which on there are holds, refunds, wider ids and higher prices. */
export const CHECKOUT = 2

/** Whether an item is seen to be folded by that version, in a store that holds the whole fold of its partition. */
export const isRaised = ({ isComplete, rules }: { readonly isComplete: boolean; readonly rules: number }): boolean =>
  isComplete && rules >= CHECKOUT

/** Whether version 1 of the rules does not take these ids. Orders ask on the hot route. */
export const hasWideIds = ({ itemId, userId }: { readonly itemId: ItemId; readonly userId: UserId }): boolean =>
  isWide(userId) || isWide(itemId)

/**
 * Whether version 1 of the rules does not know this command. It is an unreadable record then, as it is to a build that
 * knows version 1 alone.
 */
export const needsCheckout = (command: Command): boolean => {
  switch (command._tag) {
    case "Hold":
    case "Confirm":
    case "Expire":
    case "Refund":
      return true
    case "Place":
      return hasWideIds(command.order)
    case "Sale":
      return (command.patch.price ?? 0) > MAX_NARROW_PRICE
    default:
      return false
  }
}

/**
 * The order and the attempt that such a command names, as what is unreadable is kept under them: what the headers of
 * its record say, as a build that knows version 1 alone reads nothing else.
 */
export const namedBy = (command: Command) => {
  switch (command._tag) {
    case "Hold":
    case "Place":
      return { requestId: command.order.requestId, attempt: command._tag === "Place" ? command.attempt : 1 }
    case "Confirm":
    case "Refund":
      return { requestId: command.requestId, attempt: 1 }
    default:
      return { requestId: undefined, attempt: 1 }
  }
}
