/** Looks at holds and refunds of the items that there are: who may hold everything, what is overdue, what waits. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { CHECKOUT } from "@flash-sale/domain/rules/RulesVersions"
import * as Looked from "@flash-sale/infra/facts/Looked"
import { Clock, Duration, Effect } from "effect"

/** How long all of it may take. */
const WITHIN = Duration.seconds(10)
/** Items that are looked at: those of the first partitions. */
const MAX_ITEMS = 2_000
/** Names of items, and open orders of one, that one page has. */
const PAGE = 200
/** How long after its time a hold is overdue, in milliseconds: within a second of it its units should be back. */
const OVERDUE_MILLIS = 60_000

export interface HoldsFacts {
  readonly items: number
  /** Whether these are all items, and all their open orders were seen: else there may be more of each. */
  readonly isAll: boolean
  /** Items that have holds and no limit per user. */
  readonly unlimited: ReadonlyArray<ItemId>
  /** Open holds past their time, and how long the oldest is, in milliseconds. */
  readonly overdue: number
  readonly oldestMillis: number
  /** Refunds that the payment provider has not done yet. */
  readonly refundsWaiting: number
}

const nothing: HoldsFacts = {
  items: 0,
  isAll: true,
  unlimited: [],
  overdue: 0,
  oldestMillis: 0,
  refundsWaiting: 0
}

/** Adds what is known of one item. */
const withItem = Effect.fnUntraced(function*(
  facts: HoldsFacts,
  partition: PartitionId,
  itemId: ItemId,
  { rules, settings: { holdSeconds, maxHoldSeconds, perUserLimit } }: ItemSummary
) {
  const counted = { ...facts, items: facts.items + 1 }
  if (rules < CHECKOUT) return counted
  const store = yield* ItemStore
  const { next, orders } = yield* store.openOrders(partition, itemId, undefined, PAGE)
  const now = yield* Clock.currentTimeMillis
  const dues = orders.flatMap(({ open: { dueAt }, order }) =>
    order.state === "open" && dueAt !== undefined ? [dueAt] : []
  )
  const late = dues.map((due) => now - due).filter((millis) => millis > OVERDUE_MILLIS)
  const hasHolds = dues.length > 0 || holdSeconds !== undefined || maxHoldSeconds !== undefined
  return {
    ...counted,
    isAll: facts.isAll && next === undefined,
    unlimited: hasHolds && perUserLimit === undefined ? [...facts.unlimited, itemId] : facts.unlimited,
    overdue: facts.overdue + late.length,
    oldestMillis: Math.max(facts.oldestMillis, ...late),
    refundsWaiting: facts.refundsWaiting + orders.filter(({ order }) => order.state === "refunding").length
  }
})

const ofItems = Effect.gen(function*() {
  const reader = yield* LogReader
  const store = yield* ItemStore
  const count = yield* reader.partitions
  let facts = nothing
  for (let at = 0; at < count; at++) {
    const partition = PartitionId.make(at)
    let from: Parameters<typeof store.names>[1]
    do {
      const page: Effect.Success<ReturnType<typeof store.names>> = yield* store.names(partition, from, PAGE)
      for (const itemId of page.itemIds) {
        if (facts.items === MAX_ITEMS) return { ...facts, isAll: false }
        facts = yield* store.read(partition, itemId).pipe(
          Effect.flatMap((summary) => withItem(facts, partition, itemId, summary)),
          // One that is stopped is found by others.
          Effect.catchTag("ItemDamaged", () => Effect.succeed(facts))
        )
      }
      from = page.next
    } while (from !== undefined)
  }
  return facts
})

/** What is known of holds and refunds, or why nobody looked. */
export const look: Effect.Effect<Looked.Looked<HoldsFacts>, never, LogReader | ItemStore> = Looked.at(ofItems, WITHIN)
