/** What a replay would do now, for each letter, without doing it. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { BuyerUnits, ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import { Effect } from "effect"
import * as LetterBatch from "./LetterBatch.ts"
import * as LetterSelection from "./LetterSelection.ts"
import * as ReplayOutlook from "./ReplayOutlook.ts"

/** Items that are read at the same time. */
const READS_AT_ONCE = 32

/** One letter: what would become of it, and how its item is sold now. */
export interface PreviewEntry extends ReplayOutlook.Expected {
  readonly sale: SaleSettings | undefined
}

export interface Preview {
  /** In the order in which the letters would be replayed. */
  readonly entries: ReadonlyArray<PreviewEntry>
  /** How many letters of each outlook. */
  readonly sums: Readonly<Record<ReplayOutlook.Outlook, number>>
}

/**
 * **Details**: `OrderStatuses` forgets a status at the end of its retention. Of an order that old the preview says what
 * the item has left, where the fold may know better that the order was sold long ago.
 */
export const preview = Effect.fn("ReplayPreview.preview")(function*(
  selection: LetterSelection.LetterSelection
): Effect.fn.Return<
  Preview,
  StoreUnavailable | LogUnavailable | LogRefused,
  DeadLetters | OrderStatuses | ItemStore | OrderLog
> {
  const inspected = yield* LetterSelection.inspect(selection)
  const places = inspected.flatMap(({ step }) => step._tag === "Ready" ? [step.next] : [])
  const items = yield* readItems([...new Set(places.map(({ order }) => order.itemId))])
  const buyers = yield* readBuyers(places.filter(({ order }) => items.get(order.itemId) !== undefined))
  const known = {
    item: (itemId: ItemId) => items.get(itemId),
    buyer: (itemId: ItemId, userId: UserId) => buyers.get(`${itemId} ${userId}`)
  }
  const outlooks = ReplayOutlook.of(inspected, known)
  yield* Effect.yieldNow
  const entries = outlooks.map((expected): PreviewEntry =>
    Object.assign({}, expected, {
      sale: expected.next === undefined ? undefined : items.get(expected.next.order.itemId)?.settings
    })
  )
  return { entries, sums: sumsOf(entries) }
})

const readItems = Effect.fnUntraced(function*(itemIds: ReadonlyArray<ItemId>) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const count = yield* log.partitions
  const read = yield* Effect.forEach(
    itemIds,
    (itemId) =>
      store.read(home(itemId, count), itemId).pipe(
        Effect.catchTag("ItemDamaged", () => Effect.succeed(undefined)),
        Effect.map((summary) => [itemId, summary] as const)
      ),
    { concurrency: READS_AT_ONCE }
  )
  return new Map<ItemId, ItemSummary | undefined>(read)
})

/** By item and user, each pair asked once. */
const readBuyers = Effect.fnUntraced(function*(
  places: ReadonlyArray<NonNullable<ReplayOutlook.Expected["next"]>>
) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const count = yield* log.partitions
  const questions = new Map(places.map(({ order: { itemId, requestId, userId } }) => [
    `${itemId} ${userId}`,
    { partition: home(itemId, count), itemId, userId, requestId }
  ]))
  const answers = yield* LetterBatch.inSlices([...questions.values()], store.readBuyers)
  const units: Array<readonly [string, BuyerUnits | undefined]> = [...questions.keys()].map(
    (name, index) => [name, answers[index]]
  )
  return new Map(units)
})

const sumsOf = (entries: ReadonlyArray<PreviewEntry>): Preview["sums"] => {
  const sums = Object.fromEntries(ReplayOutlook.OUTLOOKS.map((outlook) => [outlook, 0]))
  for (const { outlook } of entries) sums[outlook] = (sums[outlook] ?? 0) + 1
  return sums as Preview["sums"]
}
