/** What an item knows of one order and of one buyer. */
import { HashMap, Option } from "effect"
import type { RequestId, UserId } from "../records/Ids.ts"
import { isRemembered, type Item, REJECTED_REMEMBERED } from "./Item.ts"
import * as Outcome from "./Outcome.ts"

/** The state of an order, without changing anything. A rejection is known only as long as it is remembered. */
export const lookUp = (item: Item, offset: number, requestId: RequestId, attempt: number): Outcome.OrderOutcome => {
  const stored = HashMap.get(item.orders, requestId)
  const kept = Outcome.keptOf(item, requestId)
  if (Option.isSome(stored)) return Outcome.ofHeld(requestId, stored.value, kept, false)
  const rejection = HashMap.get(item.rejected, requestId)
  return Option.isSome(rejection) && isRemembered(rejection.value.n, item.rejectedCount, REJECTED_REMEMBERED)
    ? Outcome.rejected(requestId, rejection.value.reason, attempt, offset, false, kept.refundsDue)
    : Outcome.unknown(requestId, attempt, offset, kept.refundsDue)
}

/** Units that a buyer holds or has bought while a limit was set. */
export const bought = (item: Item, userId: UserId): number =>
  Option.getOrElse(HashMap.get(item.buyers, userId), () => 0)
