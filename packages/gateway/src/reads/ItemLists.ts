/**
 * Several items at once, for a page of a shop that shows several sales. One request asks for many reads, so they cost
 * the store no more than a bound, whatever is asked for: they are as old as such a page may be, and new ones are
 * counted.
 */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemDamaged } from "@flash-sale/domain/ports/ItemStore"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, type Exit, Layer, Schema } from "effect"
import { ItemReads } from "./ItemReads.ts"
import * as ReadBudget from "./ReadBudget.ts"

/** How old a read may be that a list shows, in milliseconds. */
export const MAX_AGE_MILLIS = 500
/** New reads of items that all lists of a gateway make in a second. Reads that are there already are free. */
export const READS_PER_SECOND = 2_000

/** More items would have to be read than the bound allows now. */
export class TooManyReads extends Schema.TaggedError<TooManyReads>()("TooManyReads", {}) {}

export class ItemLists extends Context.Service<ItemLists, {
  /** What was found of each item, in the same order, at most `MAX_AGE_MILLIS` old. Reads all of them or none. */
  readonly look: (
    itemIds: ReadonlyArray<ItemId>
  ) => Effect.Effect<ReadonlyArray<Exit.Exit<ItemSummary, StoreUnavailable | ItemDamaged>>, TooManyReads>
}>()("@flash-sale/gateway/reads/ItemLists") {}

export const layer: Layer.Layer<ItemLists, never, ItemReads> = Layer.effect(
  ItemLists,
  Effect.gen(function*() {
    const reads = yield* ItemReads
    const budget = ReadBudget.make(READS_PER_SECOND, yield* Monotonic.reader)
    return {
      look: (itemIds) =>
        Effect.suspend(() => {
          const known = itemIds.map((itemId) => reads.recent(itemId, MAX_AGE_MILLIS))
          const missing = known.filter((read) => read === undefined).length
          if (missing > 0 && !budget.take(missing)) return Effect.fail(new TooManyReads())
          const read = (itemId: ItemId, at: number) => Effect.exit(known[at] ?? reads.look(itemId))
          return Effect.forEach(itemIds, read, { concurrency: "unbounded" })
        })
    }
  })
)
