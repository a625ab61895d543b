/** `GET /admin/v1/items` and `GET /admin/v1/items/:item_id`. */
import { InvalidCursor } from "@flash-sale/domain/api/admin/AdminErrors"
import { PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as ItemList from "@flash-sale/operations/items/ItemList"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import { Effect } from "effect"
import { OverviewReads } from "../overview/OverviewReads.ts"
import * as Failures from "../request/Failures.ts"
import { ItemRates } from "./ItemRates.ts"
import * as ItemViews from "./ItemViews.ts"

/** A page of all items. Those that are stopped are named apart, by their ids alone: their counts cannot be read. */
export const list = (query: { readonly cursor?: string; readonly limit?: number }) =>
  ItemList.list({ cursor: query.cursor, limit: query.limit ?? PAGE }).pipe(
    Failures.boundedRead,
    Effect.catchTag(
      "InvalidCursor",
      () =>
        Effect.flatMap(
          RequestContext,
          ({ correlationId }) => Effect.fail(new InvalidCursor({ correlation_id: correlationId }))
        )
    ),
    Effect.map(({ entries, next }) => ({
      items: entries.flatMap(({ itemId, partition, summary }) =>
        summary === undefined ? [] : [ItemViews.rowOf(itemId, partition, summary)]
      ),
      stopped: entries.flatMap(({ itemId, stopped }) => stopped === undefined ? [] : [itemId]),
      ...(next === undefined ? {} : { next })
    })),
    Failures.answered
  )

/** How far the processor is behind that folds a partition; undefined where nobody says so. */
const lagOf = Effect.fnUntraced(function*(partition: PartitionId) {
  const { reports } = yield* OverviewReads
  const known = yield* Effect.orElseSucceed(reports, () => [])
  for (const { instance } of known) {
    if (instance.service === "processor" && instance.owned.includes(partition)) {
      return { records: instance.lag.records, seconds: instance.lag.seconds }
    }
  }
})

/** One item, with how fast it changes. */
export const one = Effect.fnUntraced(
  function*(itemId: ItemId) {
    const rates = yield* ItemRates
    const { partition, summary } = yield* Failures.boundedRead(ItemList.one(itemId))
    if (summary === undefined) return yield* Failures.unavailable("item_stopped")
    if (!summary.isKnown) return yield* Failures.unknownItem(summary)
    const [fast, lag] = yield* Effect.all([rates.note(itemId, summary), lagOf(partition)])
    return {
      ...ItemViews.rowOf(itemId, partition, summary),
      refused: ItemView.refusedOf(summary.refused),
      ...(fast === undefined ? {} : { rates: fast }),
      ...(lag === undefined ? {} : { lag })
    }
  },
  Failures.answered
)
