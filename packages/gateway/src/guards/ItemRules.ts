/**
 * Raises items to version 2 of the rules: a `rules` record is acknowledged before the first record of an item that
 * needs that version is appended, so it comes before it in the item's partition.
 *
 * **Details**: whoever cannot see that an item has the version sends the record again, as rules only rise. One is under
 * way for each item, and all that needs it meanwhile waits for it. What was acknowledged is remembered for a while:
 * until it is folded nobody can see it. Not for ever, as a log that an operator accepts may have lost it.
 */
import { type AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Exit, Layer } from "effect"

/** How long an acknowledged record is remembered, in milliseconds. */
export const REMEMBERED_FOR = 10_000
/** Items of which one is remembered. The oldest is forgotten first. */
export const MAX_ITEMS = 10_000

/** How the append of the `rules` record ended. */
export type Raised = Exit.Exit<unknown, AppendRefused | AppendUnknown>

export class ItemRules extends Context.Service<ItemRules, {
  /** Completes once the record is acknowledged, at once where one was a moment ago, or with why there is none. */
  readonly raise: (itemId: ItemId, completion: Completion.Completion<Raised>) => void
}>()("@flash-sale/gateway/guards/ItemRules") {}

const raised: Raised = Exit.void

export const layer: Layer.Layer<ItemRules, never, OrderLog> = Layer.effect(
  ItemRules,
  Effect.gen(function*() {
    const log = yield* OrderLog
    const monotonic = yield* Monotonic.reader
    const guard = yield* Completion.guard
    const acknowledgedAt = AgeOrderedMap.make<ItemId, number>()
    const waiting = new Map<ItemId, Array<Completion.Completion<Raised>>>()

    const remember = (itemId: ItemId): void => {
      acknowledgedAt.set(itemId, monotonic())
      acknowledgedAt.deleteWhile(() => acknowledgedAt.size() > MAX_ITEMS)
    }
    const ended = (itemId: ItemId, result: Raised): void => {
      const waited = waiting.get(itemId) ?? []
      waiting.delete(itemId)
      if (Exit.isSuccess(result)) remember(itemId)
      for (const completion of waited) completion(result)
    }
    const died = (itemId: ItemId, defect: unknown): void => ended(itemId, Exit.die(defect))

    return {
      raise: (itemId, completion) => {
        const at = acknowledgedAt.get(itemId)
        if (at !== undefined && monotonic() - at < REMEMBERED_FOR) return completion(raised)
        const waits = waiting.get(itemId)
        if (waits !== undefined) return void waits.push(completion)
        waiting.set(itemId, [completion])
        try {
          const record = LogRecord.encode(itemId, Command.Rules({ version: RulesVersions.CHECKOUT }))
          log.offer(record, guard.of(itemId, ended, died))
        } catch (defect) {
          died(itemId, defect)
        }
      }
    }
  })
)
