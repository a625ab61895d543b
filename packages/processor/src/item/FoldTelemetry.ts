/** What is measured and traced of each fold. */
import type { FoldReply } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { type Context, Effect, Exit } from "effect"
import type { Message } from "../order/OpenOrder.ts"
import type { OpenOrders } from "../order/OpenOrders.ts"
import * as OrderSpans from "../order/OrderSpans.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"

/** Goes around the fold of a batch; `open` as it is before. A fold without a reply is one of a damaged item. */
export type WrapFold = <E>(
  batch: ReadonlyArray<Message>,
  open: OpenOrders,
  fold: Effect.Effect<FoldReply | undefined, E>
) => Effect.Effect<FoldReply | undefined, E>

export const make = Effect.fnUntraced(function*(itemId: ItemId, run: PartitionRun): Effect.fn.Return<WrapFold> {
  const context: Context.Context<never> = yield* Effect.context<never>()
  const recorder = yield* Spans
  return (batch, open, fold) =>
    Effect.suspend(() => {
      EngineMetrics.foldBatch.updateUnsafe(batch.length, context)
      // What is folded again is not published, and so not traced.
      const isNews = recorder !== undefined && batch[0]!.record.offset >= run.publishFrom
      const end = isNews ? OrderSpans.beginFold(recorder, itemId, batch, open) : undefined
      if (end === undefined) return fold
      return Effect.onExit(fold, (exit) =>
        Effect.sync(() => end(Exit.isSuccess(exit) ? exit.value?.outcomes : undefined)))
    })
})
