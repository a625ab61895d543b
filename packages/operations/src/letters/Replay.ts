/**
 * Replaying a letter: its order's next attempt is appended, and only then the letter is marked as handled.
 *
 * **Details**: a command that dies in between leaves the letter open. Replaying it again, or twice at the same time,
 * appends the same attempt under the same number; the fold ignores the second record.
 */
import type { DeadLetter, DeadLetters, Handling, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
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
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import type { SaleSettings } from "@flash-sale/domain/rules/Item"
import { DateTime, Effect } from "effect"
import * as AppendRetries from "../append/AppendRetries.ts"
import * as Letters from "./Letters.ts"
import { type Refused, refused } from "./Refusal.ts"
import { check, type Place, type ReplayCheck } from "./ReplayCheck.ts"

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
 * - `InLog`: that attempt was there already, with this status; the letter is marked as replayed.
 * - `Done`: it was marked before.
 */
export type Replayed =
  | { readonly _tag: "Replayed"; readonly letter: DeadLetter; readonly next: Place; readonly sale: SaleSettings }
  | { readonly _tag: "InLog"; readonly letter: DeadLetter; readonly status: StatusRecord }
  | Done

export type ReplayError = AppendRefused | AppendUnknown | LogRefused | LogUnavailable | StoreUnavailable | ItemDamaged

/** What `perform` would do about this letter, by the letter and its order. Changes nothing. */
export const inspect = Effect.fn("Replay.inspect")(function*(
  id: LetterId
): Effect.fn.Return<Step, StoreUnavailable, DeadLetters | OrderStatuses> {
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
): Effect.fn.Return<ReplayCheck, StoreUnavailable, OrderStatuses> {
  const statuses = yield* OrderStatuses
  return check(letter, letter.requestId === undefined ? { _tag: "Unknown" } : yield* statuses.read(letter.requestId))
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
  const sale = yield* saleOf(next)
  yield* append(next, operator)
  yield* Letters.handle(letter, "replayed", operator)
  return { _tag: "Replayed", letter, next, sale }
})

/** How the item is sold now: the new attempt is charged the price of the sale at its own offset. */
const saleOf = Effect.fnUntraced(function*({ order: { itemId } }: Place) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const { settings } = yield* store.read(home(itemId, yield* log.partitions), itemId)
  return settings
})

/** Appends the attempt, and writes its status PENDING for the buyer. */
const append = Effect.fnUntraced(function*(next: Place, operator: Operator) {
  const log = yield* OrderLog
  const statuses = yield* OrderStatuses
  const record = OperatorRecord.by(operator, LogRecord.encode(next.order.itemId, next))
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
