/**
 * The calls that fold an item, one after the other.
 *
 * **Details**: the next one may be sent while one is on its way, as a call may take as long as the disk does. It names
 * the position that the one before it leads to, so that the store refuses it where that one had no effect:
 * docs/decisions/0018-cost-of-an-order-in-the-processor.md.
 */
import { type FoldReply, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED } from "@flash-sale/domain/records/Partition"
import { Effect, Fiber, type Scope } from "effect"
import type { Message } from "../order/OpenOrder.ts"
import type { OpenOrders } from "../order/OpenOrders.ts"
import * as FoldFailure from "../run/FoldFailure.ts"
import type { PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"
import { untilRepaired } from "./AwaitRepair.ts"
import * as FoldTelemetry from "./FoldTelemetry.ts"

/** A batch on its way through the store; without a reply where the item has stopped. */
export interface SentFold {
  readonly batch: ReadonlyArray<Message>
  readonly reply: Fiber.Fiber<FoldReply | undefined, RecoveryNeeded> | undefined
}

export interface FoldPipeline {
  /** Sends the batch to the store now. `open` as it is before. */
  readonly send: (batch: ReadonlyArray<Message>, open: OpenOrders) => Effect.Effect<SentFold>
  /** The store's reply; nothing where the item has stopped: its records pass, and are folded after the repair. */
  readonly reply: (sent: SentFold) => Effect.Effect<FoldReply | undefined, RecoveryNeeded>
  /** The answer at the offset is published: the store need not keep it any more. */
  readonly onPublished: (offset: number) => void
  readonly hasStopped: () => boolean
}

/** Tries a stopped item again until its scope closes. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: PartitionRun
): Effect.fn.Return<FoldPipeline, never, ItemStore | Scope.Scope> {
  const store = yield* ItemStore
  const scope = yield* Effect.scope
  const around = yield* FoldTelemetry.make(itemId, run)
  /** What the store has folded when the last call that was sent has done its work. */
  let expected: number | undefined
  let published: Array<number> = []
  let stopped = false

  const fold = (
    batch: ReadonlyArray<Message>,
    after: number | undefined
  ): Effect.Effect<FoldReply | undefined, RecoveryNeeded> => {
    const reported = published
    published = []
    return store.fold({ ...requestOf(itemId, run, batch), expected: after, published: reported }).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          published = [...reported, ...published]
        })
      ),
      Effect.catchTag("ItemDamaged", ({ detail }) => Effect.as(stop(batch, after, detail), undefined)),
      Effect.mapError(FoldFailure.toRecovery(itemId))
    )
  }

  const stop = Effect.fnUntraced(function*(batch: ReadonlyArray<Message>, after: number | undefined, detail: string) {
    if (stopped) return
    stopped = true
    yield* run.stopItem(itemId, detail)
    yield* Effect.forkIn(untilRepaired(itemId, run, Effect.suspend(() => fold(batch, after))), scope)
  })

  const send = Effect.fnUntraced(function*(
    batch: ReadonlyArray<Message>,
    open: OpenOrders
  ): Effect.fn.Return<SentFold> {
    if (stopped) return { batch, reply: undefined }
    const after = expected
    // What is read again is behind what was folded.
    expected = Math.max(expected ?? NOTHING_FOLDED, batch[batch.length - 1]!.record.offset)
    const reply = yield* Effect.forkChild(around(batch, open, fold(batch, after)), { startImmediately: true })
    return { batch, reply }
  })

  const replyTo = Effect.fnUntraced(function*({ batch, reply: sent }: SentFold) {
    // What was sent after a call that stopped the item was refused, and says nothing.
    if (sent === undefined || stopped) return undefined
    const reply = yield* Fiber.join(sent)
    if (reply === undefined) return undefined
    yield* FoldFailure.unlessComplete(reply.outcomes, batch)
    // Further than this batch where others have folded before.
    expected = Math.max(expected ?? reply.summary.position, reply.summary.position)
    return reply
  })

  return {
    send,
    reply: replyTo,
    onPublished: (offset) => {
      published.push(offset)
    },
    hasStopped: () => stopped
  }
})

const requestOf = (itemId: ItemId, run: PartitionRun, batch: ReadonlyArray<Message>) => ({
  partition: run.partition,
  itemId,
  epoch: run.epoch,
  session: run.session,
  commands: batch.map(({ command, record }) => ({ offset: record.offset, command })),
  emitEvents: isNews(batch, run)
})

/** Whether the live stream gets what the batch changes. A record that is read again changes nothing. */
const isNews = (batch: ReadonlyArray<Message>, { publishFrom }: PartitionRun): boolean => {
  const first = batch.find(({ isAdmitted }) => !isAdmitted)
  return first !== undefined && first.record.offset >= publishFrom
}
