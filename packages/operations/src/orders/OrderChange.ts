/**
 * Changing an order by hand: a record about it, behind what was judged of it, and what it came to. `OrderCancel` and
 * `OrderRefund` say what is asked for.
 */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { Command } from "@flash-sale/domain/records/Command"
import type { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import * as CorrelationIds from "@flash-sale/infra/observability/tracing/CorrelationIds"
import { type Duration, Effect, Schedule } from "effect"
import * as AppendRetries from "../append/AppendRetries.ts"
import * as RulesFirst from "../append/RulesFirst.ts"
import * as StockChange from "../items/StockChange.ts"
import * as FoundOrder from "./FoundOrder.ts"
import { type Judgement, OrderConflict } from "./Judgement.ts"

export interface OrderChange {
  readonly judge: (found: FoundOrder.FoundOrder) => Judgement
  readonly command: (
    order: { readonly requestId: RequestId; readonly attempt: number; readonly correlationId: CorrelationId }
  ) => Extract<Command, { readonly _tag: "Cancel" | "Refund" }>
}

/** What came of it. `position` is that of its record, undefined where nothing was appended, as it was so already. */
export type Changed =
  | {
    readonly _tag: "Counts"
    readonly order: FoundOrder.FoundOrder
    readonly attempt: number
    readonly status: OrderStatus
    readonly waits: boolean
    readonly position: LogRecord.LogPosition | undefined
  }
  /** It is in the log, and was not seen to count. */
  | {
    readonly _tag: "Recorded"
    readonly order: FoundOrder.FoundOrder
    readonly attempt: number
    readonly position: LogRecord.LogPosition
  }

type LookError = FoundOrder.FindError | OrderConflict
const isNoConflict = (error: LookError): error is FoundOrder.FindError => error._tag !== "OrderConflict"

/** How often an order is read again that waits for its payment provider. */
const LOOK_EVERY = "50 millis"

const conflict = ({ requestId }: FoundOrder.FoundOrder, { code, status }: Extract<Judgement, { _tag: "Conflict" }>) =>
  new OrderConflict({ requestId, code, orderStatus: status })

/** The order, and what the change would come to. Fails where it would come to nothing. Changes nothing. */
export const look = Effect.fn("OrderChange.look")(function*(
  change: OrderChange,
  requestId: RequestId,
  named: ItemId | undefined
): Effect.fn.Return<
  { readonly order: FoundOrder.FoundOrder; readonly judgement: Exclude<Judgement, { readonly _tag: "Conflict" }> },
  LookError,
  OrderLog | OrderStatuses | ItemStore
> {
  const order = yield* FoundOrder.find(requestId, named)
  const judgement = change.judge(order)
  return judgement._tag === "Conflict" ? yield* conflict(order, judgement) : { order, judgement }
})

/** Appends the record. Repeats a failed append: a second record of it has no effect. */
export const append = Effect.fn("OrderChange.append")(function*(
  change: OrderChange,
  { itemId, known, requestId, status }: FoundOrder.FoundOrder,
  attempt: number,
  operator: Operator
): Effect.fn.Return<LogRecord.LogPosition, RulesFirst.RulesError, OrderLog | ItemStore> {
  const log = yield* OrderLog
  const correlationId = status?.correlationId ?? known.open?.correlationId ?? CorrelationIds.make()
  const command = change.command({ requestId, attempt, correlationId })
  yield* RulesFirst.ensure(itemId, command, operator)
  const record = LogRecord.concerning(LogRecord.encode(itemId, command), requestId, { correlationId })
  return yield* AppendRetries.ofIdempotent(log.append(OperatorRecord.by(operator, record)))
})

/** An order that is as was asked for: by the record at this position, or without any. */
export const standing = (
  order: FoundOrder.FoundOrder,
  { attempt, status, waits }: Extract<Judgement, { readonly _tag: "Standing" }>,
  position?: LogRecord.LogPosition
): Changed => ({ _tag: "Counts", order, attempt, status, waits, position })

/**
 * What the record at this position came to, by the item's ledger. Waits until it counts, and until the payment provider
 * has done its part, but no longer than `within`. Fails where another record was there before, and this one has no
 * effect.
 */
export const outcome = Effect.fn("OrderChange.outcome")(function*(
  change: OrderChange,
  before: FoundOrder.FoundOrder,
  attempt: number,
  position: LogRecord.LogPosition,
  within: Duration.Input
): Effect.fn.Return<Changed, OrderConflict, OrderLog | OrderStatuses | ItemStore> {
  let last: Changed = { _tag: "Recorded", order: before, attempt, position }
  const ask = Effect.gen(function*() {
    const { judgement, order } = yield* look(change, before.requestId, before.itemId)
    if (judgement._tag === "Standing") last = standing(order, judgement, position)
    return judgement._tag === "Standing" && !judgement.waits
  })
  yield* StockChange.awaitEffect(before.itemId, position, within).pipe(
    Effect.andThen(Effect.repeat(ask, { schedule: Schedule.spaced(LOOK_EVERY), until: (isOver: boolean) => isOver })),
    Effect.timeoutOption(within),
    // What cannot be read is as it was seen last: its record is in the log.
    Effect.catchIf(isNoConflict, () => Effect.void)
  )
  return last
})
