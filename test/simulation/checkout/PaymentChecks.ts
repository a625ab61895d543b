/** Every payment that a shop has told of is the sale's, or it is due back and told. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { Conflict } from "../World.ts"
import type { Course } from "./Course.ts"
import type { Held } from "./Winners.ts"
import * as Winners from "./Winners.ts"

type Wrong = ReadonlyArray<string>

/** A payment that came for nothing, by the record that told of it first. */
export interface Due {
  readonly offset: number
  readonly requestId: RequestId
  readonly reference: PaymentReference
  /** Whose order the record named, where it named one. */
  readonly userId: UserId | undefined
}

/** The payments that are due back, by the log alone and by who won each hold. */
export const dueIn = (course: Course, holds: ReadonlyMap<RequestId, Held>): ReadonlyArray<Due> => {
  const due = new Map<string, Due>()
  let rules = 1
  for (const { command, offset } of course) {
    if (command._tag === "Rules") rules = Math.max(rules, command.version)
    if (command._tag !== "Confirm" || command.reference === undefined || rules < 2) continue
    const { reference, requestId, userId } = command
    const held = holds.get(requestId)
    const isSales = Winners.isSoldFor(command, held) && held!.winner!.offset <= offset
    const name = `${requestId} ${reference}`
    if (!isSales && !due.has(name)) due.set(name, { offset, requestId, reference, userId })
  }
  return [...due.values()]
}

const REASON: DeadLetter["error"] = "Payment Without Order"

/** Each has a letter at its own record, and nothing else has one for that reason. */
export const letters = (due: ReadonlyArray<Due>, found: ReadonlyArray<DeadLetter>): Wrong => {
  const told = found.filter(({ error }) => error === REASON)
  return [
    ...due.flatMap(({ offset, reference, requestId }) =>
      told.some((letter) => letter.offset === offset && letter.requestId === requestId)
        ? []
        : [`the payment ${reference} of ${requestId}, at ${offset}, is due back, and nobody is told`]
    ),
    ...told.flatMap(({ offset, requestId }) =>
      due.some((one) => one.offset === offset) ? [] : [`the payment of ${requestId} at ${offset} is not due back`]
    )
  ]
}

/** A status shows what is owed to its buyer, and nothing else. */
export const shown = (due: ReadonlyArray<Due>, statuses: Iterable<StatusRecord>): Wrong =>
  [...statuses].flatMap(({ fingerprint, refundDue = [], requestId }) => {
    const owner = ownerIn(fingerprint)
    const expected = due.filter((one) => one.requestId === requestId)
      .filter(({ userId }) => userId === undefined || userId === owner).map(({ reference }) => reference).toSorted()
      .join()
    const found = refundDue.map(({ reference }) => reference).toSorted().join()
    return found === expected ? [] : [`the status of ${requestId} shows [${found}] as due, and [${expected}] is`]
  })

/** A payment of which a shop was told at once that it is due back has not become the sale's. */
export const early = (told: ReadonlyArray<Conflict>, holds: ReadonlyMap<RequestId, Held>): Wrong =>
  told.flatMap(({ due, requestId }) => {
    const winner = holds.get(requestId)?.winner
    return due !== undefined && winner?.kind === "paid" && winner.reference === due
      ? [`${requestId} is sold for ${due}, of which the shop was told that it is due back`]
      : []
  })
