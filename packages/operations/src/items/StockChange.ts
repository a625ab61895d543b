/** Changing the stock of an item: a record in the log, which takes effect in order with the orders. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as Command from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { type Duration, Effect, type Option, Random, Schedule } from "effect"
import * as AppendRetries from "../append/AppendRetries.ts"
import * as RulesFirst from "../append/RulesFirst.ts"

/** How often the item is read until the record has taken effect. */
const LOOK_EVERY = "50 millis"
/** How long it is read, where the caller says nothing else. */
const LOOK_FOR: Duration.Input = "10 seconds"

const WORDS = 4
const MAX_WORD = 0xffffffff

/** A random name for a command, 128 bits, so that no other command has it. */
export const freshId: Effect.Effect<Command.CommandId> = Effect.map(
  Effect.forEach(Array.from({ length: WORDS }), () => Random.nextIntBetween(0, MAX_WORD)),
  (words) => Command.CommandId.make(words.map((word) => word.toString(16).padStart(8, "0")).join(""))
)

/**
 * Appends the change, behind the version of the rules that its item's name needs. Repeats a failed append: its command
 * id makes a second record of it a no-op.
 */
export const append = Effect.fn("StockChange.append")(function*(
  itemId: ItemId,
  adjustment: Command.Adjustment,
  operator: Operator
): Effect.fn.Return<LogRecord.LogPosition, RulesFirst.RulesError, OrderLog | ItemStore> {
  const log = yield* OrderLog
  // A process that has just started does not know the log yet, and its append would be refused.
  yield* Effect.ignore(log.partitions)
  const change = Command.Command.Adjust({ adjustment })
  yield* RulesFirst.ensure(itemId, change, operator)
  const record = OperatorRecord.by(operator, LogRecord.encode(itemId, change))
  return yield* AppendRetries.ofIdempotent(log.append(record))
})

/** The item once the record at this position has taken effect; none where that takes longer, as no processor runs. */
export const awaitEffect = Effect.fn("StockChange.awaitEffect")(function*(
  itemId: ItemId,
  { offset, partition }: LogRecord.LogPosition,
  within: Duration.Input = LOOK_FOR
): Effect.fn.Return<Option.Option<ItemSummary>, ItemDamaged, ItemStore> {
  const store = yield* ItemStore
  const everySoOften = Schedule.spaced(LOOK_EVERY)
  return yield* store.read(partition, itemId).pipe(
    Effect.retry({ schedule: everySoOften, while: (error) => error._tag === "StoreUnavailable" }),
    Effect.catchTag("StoreUnavailable", Effect.die),
    Effect.repeat({ schedule: everySoOften, until: ({ position }) => position >= offset }),
    Effect.timeoutOption(within)
  )
})

/** What an operator asked to take out, and what was taken: never more than was available. */
export interface Taken {
  readonly asked: number
  readonly taken: number
}

/**
 * What was taken out by a change of `delta` units, where that is less than was asked for; undefined otherwise.
 *
 * **Gotchas**: a best effort. The fold keeps no outcome of a change of stock, so the item before and after it is
 * compared. Another change of stock in between counts as well: where somebody else takes units out, nothing may be
 * found (two who take 10 each of 12 both see 12 go); where somebody puts units in, less seems to have been taken.
 */
export const shortfall = (delta: number, before: ItemSummary, after: ItemSummary): Taken | undefined => {
  const taken = Math.max(0, before.stocked - after.stocked)
  return delta < 0 && before.isComplete && taken < -delta ? { asked: -delta, taken } : undefined
}
