/**
 * The names of all items that there are, a page after the other. Anybody may ask for any page, so a page is kept for a
 * while, whoever asks, and new ones cost the store no more than a bound.
 */
import { ItemsCursor } from "@flash-sale/domain/api/ItemsApi"
import { NamesCursor } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Kept from "@flash-sale/infra/time/Kept"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Duration, Effect, Layer } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { TooManyReads } from "./ItemLists.ts"
import * as ReadBudget from "./ReadBudget.ts"

/** How long a page is kept. */
const KEPT_FOR = Duration.millis(500)
/** Pages that are kept. The oldest goes first. */
const MAX_PAGES = 1_000
/** Partitions that one page looks into. Where they hold fewer items the page is short, and others follow. */
const PARTITIONS_AT_ONCE = 64
/** Indexes of partitions that all pages of a gateway look into in a second. */
export const LOOKS_PER_SECOND = 2_000

/** Some names, and the cursor of the next page; undefined at the end. */
export interface Page {
  readonly itemIds: ReadonlyArray<ItemId>
  readonly next: ItemsCursor | undefined
}

type PageError = StoreUnavailable | TooManyReads

export class ItemPages extends Context.Service<ItemPages, {
  /** At most `limit` names, from the cursor on or from the beginning, at most half a second old. */
  readonly names: (cursor: ItemsCursor | undefined, limit: number) => Effect.Effect<Page, PageError>
}>()("@flash-sale/gateway/reads/ItemPages") {}

interface Place {
  readonly partition: number
  readonly from: NamesCursor | undefined
}

const BEGINNING: Place = { partition: 0, from: undefined }

const cursorOf = ({ from, partition }: Place): ItemsCursor => ItemsCursor.make(`${partition}/${from ?? ""}`)

const placeOf = (cursor: ItemsCursor): Place => {
  const at = cursor.indexOf("/")
  const from = cursor.slice(at + 1)
  return { partition: Number(cursor.slice(0, at)), from: from === "" ? undefined : NamesCursor.make(from) }
}

export const layer: Layer.Layer<ItemPages, never, ItemStore | PartitionCount | StoreBreaker> = Layer.effect(
  ItemPages,
  Effect.gen(function*() {
    const store = yield* ItemStore
    const partitionCount = yield* PartitionCount
    const storeBreaker = yield* StoreBreaker
    const budget = ReadBudget.make(LOOKS_PER_SECOND, yield* Monotonic.reader)
    const kept = new Map<string, Effect.Effect<Page, PageError>>()

    const look = (partition: number, from: NamesCursor | undefined, limit: number) =>
      budget.take(1)
        ? storeBreaker.askAside(store.names(PartitionId.make(partition), from, limit))
        : Effect.fail(new TooManyReads())

    const read = Effect.fnUntraced(function*(
      cursor: ItemsCursor | undefined,
      limit: number
    ): Effect.fn.Return<Page, PageError> {
      const count = yield* partitionCount.partitions
      let { from, partition } = cursor === undefined ? BEGINNING : placeOf(cursor)
      const itemIds: Array<ItemId> = []
      for (let looked = 0; looked < PARTITIONS_AT_ONCE && partition < count && itemIds.length < limit; looked++) {
        const page = yield* look(partition, from, limit - itemIds.length)
        itemIds.push(...page.itemIds)
        from = page.next
        if (from === undefined) partition++
      }
      return { itemIds, next: partition >= count ? undefined : cursorOf({ partition, from }) }
    })

    return {
      names: (cursor, limit) =>
        Effect.suspend(() => {
          const key = `${limit} ${cursor ?? ""}`
          const known = kept.get(key)
          if (known !== undefined) return known
          return Effect.flatMap(Kept.make(read(cursor, limit), KEPT_FOR), (page) => {
            if (kept.size >= MAX_PAGES) kept.delete(kept.keys().next().value!)
            kept.set(key, page)
            return page
          })
        })
    }
  })
)
