/** Random commands of holds and refunds, from the same small numbers as other commands (`HistorySeeds`). */
import { Command } from "@flash-sale/domain/records/Command"
import type { OrderTrace } from "@flash-sale/domain/records/OrderTrace"
import {
  attempts,
  correlationId,
  has,
  itemId,
  references,
  requests,
  type Seedling,
  times,
  userIds
} from "./HistorySeeds.ts"

const reference = ({ reference: index }: Seedling) => references[index]!

const trace = ({ bits }: Seedling): OrderTrace =>
  has(bits, 3)
    ? { correlationId, traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }
    : { correlationId }

const hold = (seedling: Seedling): Command => ({
  _tag: "Hold",
  order: {
    requestId: requests[seedling.request]!,
    userId: userIds[seedling.user]!,
    itemId,
    amount: seedling.amount,
    ...(has(seedling.bits, 0) ? { holdSeconds: seedling.at + 1 } : {})
  },
  acceptedAt: seedling.at * 500,
  ...trace(seedling)
})

const confirm = (seedling: Seedling): Command => {
  const { at, attempt, bits, request, time, user } = seedling
  return {
    _tag: "Confirm",
    requestId: requests[request]!,
    at: times[time]!,
    ...(has(bits, 0) ? { attempt: attempts[attempt]! } : {}),
    ...(at === 0 ? { userId: userIds[user]! } : {}),
    ...(has(bits, 1) || has(bits, 2) ? { reference: reference(seedling) } : {}),
    ...trace(seedling)
  }
}

const expire = ({ attempt, more, request, time }: Seedling): Command =>
  Command.Expire({
    at: times[time]!,
    orders: [{ attempt, request }, ...more].map((one) => ({
      requestId: requests[one.request]!,
      attempt: attempts[one.attempt]!,
      correlationId
    }))
  })

const refund = (seedling: Seedling): Command => ({
  _tag: "Refund",
  requestId: requests[seedling.request]!,
  attempt: attempts[seedling.attempt]!,
  restock: has(seedling.bits, 0),
  ...(has(seedling.bits, 1) && has(seedling.bits, 2) ? { byHand: reference(seedling) } : {}),
  ...trace(seedling)
})

/** A command that version 1 of the rules does not know; its kind is from 24 to 41. */
export const toCommand = (seedling: Seedling): Command => {
  const { kind } = seedling
  if (kind < 30) return hold(seedling)
  if (kind < 35) return confirm(seedling)
  return kind < 38 ? expire(seedling) : refund(seedling)
}
