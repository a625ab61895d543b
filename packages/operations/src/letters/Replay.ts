/**
 * Replaying a letter: its order's next attempt is appended, and only then the letter is marked as handled.
 *
 * **Details**: a command that dies in between leaves the letter open. Replaying it again, or twice at the same time,
 * appends the same attempt under the same number; the fold ignores the second record.
 */
import type { DeadLetter, DeadLetters, Handling, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import { DateTime, Effect, Result } from "effect"
import * as AppendRetries from "../append/AppendRetries.ts"
import * as RulesFirst from "../append/RulesFirst.ts"
import * as LetterRecord from "./LetterRecord.ts"
import * as Letters from "./Letters.ts"
import { type Refused, refused } from "./Refusal.ts"
import { check, pendingOf, type Place, type Ready, type ReplayCheck } from "./ReplayCheck.ts"

/** How long it may take to write down what follows from an attempt that is in the log. */
const MARKED_WITHIN = "5 seconds"

/** A letter that was replayed before, and by whom. */
interface Done {
  readonly _tag: "Done"
  readonly id: LetterId
  readonly handling: Handling
}

/** What is to be done about a letter; `Done` where it was replayed before. */
export type Step = ReplayCheck | Done

/**
 * What became of a letter.
 *
 * - `Replayed`: its order's next attempt is in the log. `sale` is the sale as it was just before.
 * - `Recorded`: the same, and the status for the buyer or the letter's mark could not be written: the letter may stay
 *   open. That is no error, as the attempt counts; replaying the letter again starts no second one.
 * - `InLog`: that attempt was there already, with this status; the letter is marked as replayed.
 * - `Done`: it was marked before.
 */
export type Replayed =
  | { readonly _tag: "Replayed"; readonly letter: DeadLetter; readonly next: Place; readonly sale: SaleSettings }
  | {
    readonly _tag: "Recorded"
    readonly letter: DeadLetter
    readonly next: Place
    readonly sale: SaleSettings
    readonly error: StoreUnavailable
  }
  | { readonly _tag: "InLog"; readonly letter: DeadLetter; readonly status: StatusRecord }
  | Done

export type InspectError = StoreUnavailable | LogUnavailable | LogRefused
export type ReplayError = RulesFirst.RulesError | ItemDamaged

/** What `perform` would do about this letter, by the letter and its order. Changes nothing. */
export const inspect = Effect.fn("Replay.inspect")(function*(
  id: LetterId
): Effect.fn.Return<Step, InspectError, DeadLetters | OrderStatuses | ItemStore | OrderLog> {
  const found = yield* Letters.find(id)
  switch (found._tag) {
    case "Unknown":
      return refused({ code: "unknown_letter" })
    case "Open":
      return yield* inspectLetter(found.letter)
    case "Handled":
      return found.handling?.action === "replayed"
        ? { _tag: "Done", id, handling: found.handling }
        : refused({ code: "handled", handling: found.handling })
  }
})

/** The same for an open letter. Changes nothing. */
export const inspectLetter = Effect.fn("Replay.inspectLetter")(function*(
  letter: DeadLetter
): Effect.fn.Return<ReplayCheck, InspectError, OrderStatuses | ItemStore | OrderLog> {
  const { key, requestId } = letter
  if (requestId === undefined) return check(letter, { _tag: "Unknown" })
  const statuses = yield* OrderStatuses
  const found = yield* statuses.read(requestId)
  const itemId = LetterRecord.needsLedger(letter) ? LogRecord.itemOf({ key }) : undefined
  if (itemId === undefined) return check(letter, found)
  const log = yield* OrderLog
  const store = yield* ItemStore
  const known = yield* Effect.result(store.readOrder(home(itemId, yield* log.partitions), itemId, requestId))
  if (Result.isSuccess(known)) return check(letter, found, known.success)
  if (known.failure._tag === "StoreUnavailable") return yield* known.failure
  return refused({ code: "item_stopped", itemId, detail: known.failure.detail })
})

/** Performs the step. */
export const perform = Effect.fn("Replay.perform")(function*(
  step: Exclude<Step, Refused>,
  operator: Operator
): Effect.fn.Return<Replayed, ReplayError, OrderLog | OrderStatuses | DeadLetters | ItemStore> {
  if (step._tag === "Done") return step
  if (step._tag === "InLog") {
    yield* Letters.handle(step.letter, "replayed", operator)
    return step
  }
  const { letter, next } = step
  yield* RulesFirst.ensure(next.order.itemId, next, operator)
  const sale = yield* saleOf(next)
  yield* append(next, operator)
  const marked = yield* Effect.result(mark(step, operator))
  return Result.isSuccess(marked)
    ? { _tag: "Replayed", letter, next, sale }
    : { _tag: "Recorded", letter, next, sale, error: marked.failure }
})

/** How the item is sold now: the new attempt is charged the price of the sale at its own offset. */
const saleOf = Effect.fnUntraced(function*({ order: { itemId } }: Place) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const { settings } = yield* store.read(home(itemId, yield* log.partitions), itemId)
  return settings
})

/** Appends the attempt. */
const append = Effect.fnUntraced(function*(next: Place, operator: Operator) {
  const log = yield* OrderLog
  const record = OperatorRecord.by(operator, LogRecord.encode(next.order.itemId, next))
  yield* AppendRetries.ofIdempotent(log.append(record))
})

/** Writes the status PENDING for the buyer, and marks the letter: the one also where the other fails. */
const mark = (step: Ready, operator: Operator) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    const written = yield* Effect.result(
      statuses.write([pendingOf(step, DateTime.formatIso(yield* DateTime.now))])
    )
    yield* Letters.handle(step.letter, "replayed", operator)
    if (Result.isFailure(written)) return yield* written.failure
  }).pipe(
    Effect.timeoutOrElse({
      duration: MARKED_WITHIN,
      orElse: () => Effect.fail(new StoreUnavailable({ detail: `no answer within ${MARKED_WITHIN}` }))
    })
  )
