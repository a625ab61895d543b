/** What must hold of sales that are given back. */
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Item } from "@flash-sale/domain/rules/Item"
import { HashMap } from "effect"
import type { Told } from "../Told.ts"
import type { Course } from "./Course.ts"

type Wrong = ReadonlyArray<string>

/** Refunds that a person has made: `requestId attempt`. */
export const byHand = (course: Course): ReadonlySet<string> =>
  new Set(
    course.flatMap(({ command }) =>
      command._tag === "Refund" && command.byHand !== undefined ? [`${command.requestId} ${command.attempt}`] : []
    )
  )

/** Each that was begun has ended, and nobody was told so before the provider had given the money back. */
export const wrong = (
  itemId: ItemId,
  { orders }: Item,
  hands: ReadonlySet<string>,
  told: Told,
  isExempt: (requestId: string) => boolean
): Wrong =>
  HashMap.toEntries(orders).flatMap(([requestId, { attempt, hold, state }]) => {
    if (isExempt(requestId)) return []
    if (state === "refunding") return [`the refund of ${requestId} never ended`]
    if (state !== "refunded" || hands.has(`${requestId} ${attempt}`) || hold?.reference !== undefined) return []
    const key = chargeKey(itemId, requestId, attempt)
    return told.keptAtRefund(requestId, attempt) === 0 ? [] : [`${key} was told to be refunded, and was not`]
  })
