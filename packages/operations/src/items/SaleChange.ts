/** Changing how an item is sold: a record in the log, which takes effect in order with the orders. */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, type SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { Effect } from "effect"
import { untilAppended } from "../append/AppendRetries.ts"
import * as RulesFirst from "../append/RulesFirst.ts"

/**
 * Appends the change, behind the version of the rules that it needs.
 *
 * **Gotchas**: only a record that is surely not in the log is appended again. A second record would undo a change of
 * another operator in between; so `AppendUnknown` is reported, and the operator looks.
 */
export const append = Effect.fn("SaleChange.append")(function*(
  itemId: ItemId,
  patch: SalePatch,
  operator: Operator
): Effect.fn.Return<LogRecord.LogPosition, RulesFirst.RulesError, OrderLog | ItemStore> {
  const log = yield* OrderLog
  // A process that has just begun does not know the log yet, and an append would be refused until it does.
  yield* log.partitions
  const change = Command.Sale({ patch })
  yield* RulesFirst.ensure(itemId, change, operator)
  const record = OperatorRecord.by(operator, LogRecord.encode(itemId, change))
  return yield* Effect.retry(log.append(record), {
    ...untilAppended,
    while: (error) => error._tag === "AppendRefused"
  })
})
