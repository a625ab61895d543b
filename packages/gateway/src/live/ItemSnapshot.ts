/** An item as its feed knows it: read from the store, and kept up to date by the events that the feed delivers. */
import { ItemView } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvent } from "@flash-sale/domain/ports/LiveEvents"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect, Schema, Semaphore } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import * as Views from "../reads/Views.ts"
import * as Sse from "./Sse.ts"

const encodeView = Schema.encodeSync(Schema.fromJsonString(ItemView))

/** What is shown of an item, but for the clock, which goes on by itself. */
const shownOf = ({ available, held, settings, sold }: ItemSummary): string =>
  JSON.stringify({ available, held, sold, settings })

/** Why an item cannot be shown now. */
export type Unread = Effect.Error<ReturnType<typeof Views.ofItem>> | StoreUnavailable | ItemDamaged

export interface ItemSnapshot {
  /** The item after every event so far, as a server-sent event; read from the store where it is not known yet. */
  readonly text: Effect.Effect<string, Unread>
  /** Reads the item again. Whether it is other than it was known to be; false where it was not known. */
  readonly refresh: Effect.Effect<boolean, Unread>
  /** Takes over the counts of events, oldest first. */
  readonly apply: (events: ReadonlyArray<LiveEvent>) => void
  /** The id of the last event; undefined before the first. */
  readonly lastId: () => string | undefined
  /** Makes the next `text` read the item anew. */
  readonly forget: Effect.Effect<void>
}

export const make = Effect.fnUntraced(function*(
  itemId: ItemId
): Effect.fn.Return<ItemSnapshot, never, ItemStore | PartitionCount | StoreBreaker> {
  const store = yield* ItemStore
  const partitionCount = yield* PartitionCount
  const storeBreaker = yield* StoreBreaker
  const reading = yield* Semaphore.make(1)
  let summary: ItemSummary | undefined
  let lastId: string | undefined
  let applied = 0

  const read = Effect.gen(function*() {
    const before = applied
    const partition = home(itemId, yield* partitionCount.partitions)
    // Given up after a while: a store may say nothing at all.
    const found = yield* storeBreaker.askAside(store.read(partition, itemId))
    // An event that was applied while this was read is later than what was read, or as late.
    const { available, held, sold } = summary !== undefined && applied !== before ? summary : found
    const next = { ...found, available, held, sold }
    yield* Views.ofItem(itemId, next)
    const isChanged = summary !== undefined && shownOf(summary) !== shownOf(next)
    summary = next
    return isChanged
  })
  const readOnce = reading.withPermits(1)(
    Effect.suspend(() => summary === undefined ? Effect.asVoid(read) : Effect.void)
  )

  const encode = (now: ItemSummary) =>
    Effect.map(Views.ofItem(itemId, now), (view) => Sse.event("snapshot", lastId, encodeView(view)))

  return {
    text: Effect.andThen(
      readOnce,
      Effect.suspend(() => summary === undefined ? Effect.die(new Error("the item was read")) : encode(summary))
    ),
    refresh: reading.withPermits(1)(read),
    apply: (events) => {
      const newest = events.at(-1)
      if (newest === undefined) return
      const { available, held, sold } = newest.event
      applied++
      lastId = newest.id
      if (summary !== undefined) summary = { ...summary, available, held, sold }
    },
    lastId: () => lastId,
    forget: Effect.sync(() => {
      summary = undefined
    })
  }
})
