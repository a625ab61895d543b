/**
 * Hand-made changes of stock: the worker appends one that is pending to the log, where it takes its place among the
 * orders. A repeated one has no second effect. Looking for them each second also notices, in a partition without
 * orders, that the store was emptied (`FLUSHALL`) or replaced.
 */
import type { PendingEdit } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect } from "effect"
import { type PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"

/** How often idle items are looked at. */
export const DETECT_EVERY = Duration.seconds(1)
/** How long an appended change may take to be folded before it is appended again. */
const APPEND_AGAIN_MILLIS = 5_000

export interface StockEdits {
  /** Appends a pending change, unless this worker has just done so. */
  readonly onPending: (pending: PendingEdit) => Effect.Effect<void>
  /** Looks around the items of the partition. Also notices that the store was emptied or replaced. */
  readonly detect: Effect.Effect<void, RecoveryNeeded>
}

export const make = Effect.fnUntraced(function*(run: PartitionRun): Effect.fn.Return<StockEdits, never, ItemStore> {
  const store = yield* ItemStore
  // One entry for each item with a change on its way; cleared when it is old.
  const appended = new Map<string, { readonly seq: number; readonly at: number }>()

  const onPending = Effect.fnUntraced(function*({ delta, itemId, seq }: PendingEdit) {
    const now = yield* Monotonic.now
    const last = appended.get(itemId)
    if (last !== undefined && last.seq === seq && now - last.at < APPEND_AGAIN_MILLIS) return
    appended.set(itemId, { seq, at: now })
    yield* run.append(OperatorRecord.ofEdit(itemId, seq, delta))
    yield* Log.info(`Hand-made change of stock: ${delta}`, { event: "stock_adjusted", item_id: itemId, seq })
  })

  const forgetOld = Effect.map(Monotonic.now, (now) => {
    for (const [itemId, { at }] of appended) if (now - at >= APPEND_AGAIN_MILLIS) appended.delete(itemId)
  })

  const detect = Effect.gen(function*() {
    const pending = yield* Effect.mapError(
      store.detectEdits(run.partition, run.epoch, run.session),
      (error) => new RecoveryNeeded({ why: error._tag === "MarkMoved" ? "the store's mark has moved" : error.detail })
    )
    yield* forgetOld
    yield* Effect.forEach(pending, onPending, { discard: true })
  })

  return { onPending, detect }
})
