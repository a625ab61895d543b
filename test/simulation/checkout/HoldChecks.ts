/** What must hold of every hold: one winner, one end, and no charge that its winner does not ask for. */
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { HeldOrder, Item } from "@flash-sale/domain/rules/Item"
import type { Charged } from "../SimulatedProvider.ts"
import { EPOCH } from "../VirtualTime.ts"
import * as Courses from "./Course.ts"
import type { Held, Winner } from "./Winners.ts"

type Wrong = ReadonlyArray<string>

/** Of an order that is at its first attempt: what it may be, by what ended it. */
const fits = (order: HeldOrder, { kind, offset, reference }: Winner): boolean => {
  const isOpenEnded = order.hold?.confirmedAtOffset === undefined
  switch (kind) {
    case "expire":
    case "late":
      return order.state === "released" && order.reason === "expired" && isOpenEnded
    case "cancel":
      return order.state === "released" && order.reason === "cancelled" && isOpenEnded
    case "confirm":
      return order.hold?.confirmedAtOffset === offset && order.hold.reference === undefined &&
        order.reason !== "expired"
    case "paid":
      return order.hold?.confirmedAtOffset === offset && order.hold.reference === reference &&
        ["sold", "refunding", "refunded"].includes(order.state)
  }
}

/** Every hold has ended, and as the first record says that could end it. */
export const winners = (holds: Iterable<Held>, item: Item): Wrong =>
  [...holds].flatMap(({ requestId, winner }) => {
    const order = Courses.orderIn(item, requestId)
    if (order === undefined) return [`${requestId} was held, and is not known`]
    if (winner === undefined || order.state === "open") return [`the hold of ${requestId} never ended`]
    // Only what a charge has left in doubt is tried again.
    const isRight = order.attempt === 1 ? fits(order, winner) : winner.kind === "confirm"
    const { attempt, reason, state } = order
    return isRight
      ? []
      : [`${winner.kind} at ${winner.offset} ended ${requestId}, which is ${state}, ${reason}, attempt ${attempt}`]
  })

/** A hold is charged only when its confirmation is in the log; never one that ended otherwise. */
export const charges = (
  itemId: ItemId,
  holds: Iterable<Held>,
  charged: ReadonlyArray<Charged>,
  appendedAt: (offset: number) => number
): Wrong => {
  const all = new Map([...holds].map((held) => [chargeKey(itemId, held.requestId, 1), held]))
  return charged.flatMap(({ at, key }) => {
    const held = all.get(key)
    if (held === undefined) return []
    const { winner } = held
    if (winner?.kind !== "confirm") return [`${key} was charged, and its hold ended by ${winner?.kind}`]
    return appendedAt(winner.offset) <= at ? [] : [`${key} was charged before it was confirmed`]
  })
}

/** Nobody's time is cut short by more than clocks may be apart: `most` milliseconds. */
export const early = (holds: Iterable<Held>, appendedAt: (offset: number) => number, most: number): Wrong =>
  [...holds].flatMap(({ dueAt, requestId, winner }) => {
    if (winner?.kind !== "expire") return []
    const tooEarly = dueAt - EPOCH - appendedAt(winner.offset)
    return tooEarly <= most ? [] : [`the hold of ${requestId} was ended ${tooEarly} ms before its time`]
  })

/** Units come back soon after the time of their hold, by a clock that may be wrong by `most` milliseconds. */
export const overdue = (
  holds: Iterable<Held>,
  appendedAt: (offset: number) => number,
  since: number,
  most: number
): Wrong =>
  [...holds].flatMap(({ dueAt, offset, requestId, winner }) => {
    if (winner?.kind !== "expire") return []
    const from = Math.max(dueAt - EPOCH, appendedAt(offset), since)
    const late = appendedAt(winner.offset) - from
    return late <= most ? [] : [`the hold of ${requestId} was ended ${late} ms after its time`]
  })
