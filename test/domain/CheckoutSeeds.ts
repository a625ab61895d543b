/** Random commands of holds and refunds, from the same small numbers as other commands (`HistorySeeds`). */
import { Command } from "@flash-sale/domain/records/Command"
import type { MetadataJson } from "@flash-sale/domain/records/OrderMetadata"
import type { OrderTrace } from "@flash-sale/domain/records/OrderTrace"
import {
  attempts,
  correlationId,
  has,
  itemId,
  metadata,
  references,
  requests,
  type Seedling,
  times,
  userIds,
  uuid
} from "./HistorySeeds.ts"

const reference = ({ reference: index }: Seedling) => references[index]!

const trace = ({ bits }: Seedling): OrderTrace =>
  has(bits, 3)
    ? { correlationId, traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }
    : { correlationId: has(bits, 4) ? uuid : correlationId }

const noted = ({ metadata: index }: Seedling): { readonly metadata?: MetadataJson } => {
  const own = metadata[index]
  return own === undefined ? {} : { metadata: own }
}

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
  ...trace(seedling),
  ...noted(seedling)
})

const confirm = (seedling: Seedling, when = times[seedling.time]!): Command => {
  const { at, attempt, bits, request, user } = seedling
  return {
    _tag: "Confirm",
    requestId: requests[request]!,
    at: when,
    ...(has(bits, 0) ? { attempt: attempts[attempt]! } : {}),
    ...(at === 0 ? { userId: userIds[user]! } : {}),
    ...(has(bits, 1) ? { reference: reference(seedling) } : {}),
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

const settled = ({ request }: Seedling, outcome: "paid" | "declined" | "voided"): Command =>
  Command.Settle({ settlements: [{ requestId: requests[request]!, attempt: 1, outcome }] })

/** When the hold of these numbers is due, where the sale does not say otherwise. */
const dueAt = ({ at, bits }: Seedling): number => at * 500 + (has(bits, 0) ? (at + 1) * 1_000 : 600_000)

/**
 * One order from its hold on, as far as its numbers take it: few come so far by chance alone. Some are confirmed as
 * they expire, and some are paid for before they are held, by the same payment as after.
 */
export const story = (seedling: Seedling): ReadonlyArray<Command> => {
  const { amount, at, bits, outcome, request } = seedling
  const requestId = requests[request]!
  const early = { ...seedling, time: 0, attempt: 0, at: 1, bits: bits & ~1 }
  const isPaid = has(bits, 1)
  const charged = has(bits, 4) ? [settled(seedling, "paid")] : [
    has(bits, 5) ? Command.Cancel({ requestId, attempt: 1 }) : Command.GiveUp({ requestId, attempt: 1 }),
    settled(seedling, outcome === 2 ? "declined" : "voided")
  ]
  const isAtEnd = outcome < 2
  const all = [
    ...(isPaid && seedling.delta > 4 ? [confirm(early)] : []),
    hold({ ...seedling, user: at }),
    confirm(early, isAtEnd ? dueAt(seedling) - outcome : 0),
    ...(isPaid ? [] : charged),
    refund({ ...early, bits: has(bits, 6) ? bits | 1 : bits & ~1 }),
    settled(seedling, "voided")
  ]
  return all.slice(0, amount + 2)
}

/** A command that version 1 of the rules does not know; its kind is from 24 to 41. */
export const toCommand = (seedling: Seedling): Command => {
  const { kind } = seedling
  if (kind < 30) return hold(seedling)
  if (kind < 35) return confirm(seedling)
  return kind < 38 ? expire(seedling) : refund(seedling)
}
