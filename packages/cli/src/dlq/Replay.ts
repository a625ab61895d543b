/**
 * Replaying a letter: its order's next attempt is appended, and only then the letter is marked as handled.
 *
 * **Details**: a command that dies in between leaves the letter open. Replaying it again, or twice at the same time,
 * appends the same attempt under the same number; the fold ignores the second record.
 */
import type { DeadLetter, DeadLetters, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import {
  type AppendRefused,
  type AppendUnknown,
  type LogRefused,
  type LogUnavailable,
  OrderLog
} from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { DateTime, Effect } from "effect"
import * as AppendRetries from "../terminal/AppendRetries.ts"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"
import * as PriceChange from "./PriceChange.ts"
import { check, type Place, type ReplayCheck } from "./ReplayCheck.ts"

/** What is to be done about a letter; `Done` where it was replayed before. */
export type Step = ReplayCheck | { readonly _tag: "Done"; readonly line: string }

/** What `perform` would do about this letter, by the letter and its order. Changes nothing. */
export const inspect = Effect.fn("Replay.inspect")(function*(
  id: LetterId
): Effect.fn.Return<Step, StoreUnavailable, DeadLetters | OrderStatuses> {
  const found = yield* Letters.find(id)
  switch (found._tag) {
    case "Unknown":
      return { _tag: "Refused", why: Letters.NOT_KNOWN }
    case "Open":
      return yield* inspectLetter(found.letter)
    case "Handled":
      return found.handling?.action === "replayed"
        ? { _tag: "Done", line: `${LetterIdText.show(id)}: ${Letters.describeHandling(found.handling)}` }
        : { _tag: "Refused", why: Letters.describeHandling(found.handling) }
  }
})

/** The same for an open letter. Changes nothing. */
export const inspectLetter = Effect.fn("Replay.inspectLetter")(function*(
  letter: DeadLetter
): Effect.fn.Return<ReplayCheck, StoreUnavailable, OrderStatuses> {
  const statuses = yield* OrderStatuses
  return check(letter, letter.requestId === undefined ? { _tag: "Unknown" } : yield* statuses.read(letter.requestId))
})

/** Performs the step, and returns a line about it. */
export const perform = Effect.fn("Replay.perform")(function*(
  step: Exclude<Step, { readonly _tag: "Refused" }>,
  operator: Letters.Operator
): Effect.fn.Return<
  string,
  AppendRefused | AppendUnknown | LogRefused | LogUnavailable | StoreUnavailable | ItemDamaged,
  OrderLog | OrderStatuses | DeadLetters | ItemStore
> {
  if (step._tag === "Done") return step.line
  const id = LetterIdText.show(step.letter)
  if (step._tag === "InLog") {
    const { attempt, requestId, status } = step.status
    yield* Letters.handle(step.letter, "replayed", operator)
    return `${id}: attempt ${attempt} of order ${JSON.stringify(requestId)} is ${status} already; marked as replayed`
  }
  const { attempt, order } = step.next
  const price = yield* PriceChange.ofReplay(step.letter, order)
  yield* append(step.next)
  yield* Letters.handle(step.letter, "replayed", operator)
  const name = `order ${JSON.stringify(order.requestId)}, item ${order.itemId}`
  return `${id}: replayed as attempt ${attempt} of ${name}${price}`
})

/** Appends the attempt, and writes its status PENDING for the buyer. */
const append = Effect.fnUntraced(function*(next: Place) {
  const log = yield* OrderLog
  const statuses = yield* OrderStatuses
  const record = LogRecord.encode(next.order.itemId, next)
  yield* AppendRetries.ofIdempotent(log.append(record))
  yield* statuses.write([pending(next, DateTime.formatIso(yield* DateTime.now))])
})

const pending = ({ attempt, correlationId, order }: Place, updatedAt: string): StatusRecord => ({
  requestId: order.requestId,
  itemId: order.itemId,
  amount: order.amount,
  status: "PENDING",
  attempt,
  correlationId,
  updatedAt,
  fingerprint: fingerprint(order)
})
