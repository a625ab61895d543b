/**
 * The actor that folds an item: takes what is in its mailbox, folds it in one call, publishes what was decided, and
 * starts the payments of what is held. One call after the other, so an item's orders are first come, first served.
 * While a call is on its way the next one is sent after it, where a whole one waits.
 */
import type { PendingEdit } from "@flash-sale/domain/ports/ItemReads"
import type { FoldReply, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Clock, Effect, Metric, Queue, type Scope, Semaphore } from "effect"
import type { Holds } from "../holds/Holds.ts"
import type { Action } from "../order/Action.ts"
import { actionsOf } from "../order/Actions.ts"
import type { Message } from "../order/OpenOrder.ts"
import type { OpenOrderBudget } from "../order/OpenOrderBudget.ts"
import * as OpenOrders from "../order/OpenOrders.ts"
import * as PaymentScheduler from "../payment/PaymentScheduler.ts"
import type { PaymentSlots } from "../payment/PaymentSlots.ts"
import type { Publisher } from "../publish/Publisher.ts"
import type { RefusedTeller } from "../publish/RefusedTeller.ts"
import { actorFailed, type PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"
import * as RecordEvents from "../telling/RecordEvents.ts"
import { CallOrders } from "./FoldCallSize.ts"
import * as FoldPipeline from "./FoldPipeline.ts"

/** Records that may wait for one item; a full mailbox holds up the intake of its partition. */
export const MAILBOX_CAPACITY = 4_000

export interface ItemActor {
  /** Waits while the mailbox is full. */
  readonly deliver: (messages: ReadonlyArray<Message>) => Effect.Effect<void>
  /** Starts the payments that were held back during the recovery. */
  readonly startPayments: Effect.Effect<void>
  /** Nothing in the mailbox, in hand, or waiting for money to move. */
  readonly isIdle: () => boolean
  /** Nothing in the mailbox or in hand. */
  readonly isDrained: () => boolean
  /** How many records wait in the mailbox. */
  readonly waiting: () => number
}

/** What the actors of a partition share. */
export interface SharedParts {
  readonly paymentSlots: PaymentSlots
  readonly publisher: Publisher
  readonly holds: Holds
  readonly onPendingEdit: (edit: PendingEdit) => Effect.Effect<void>
  /** A permit for each record that waits for its fold. The router takes them, and the fold gives them back. */
  readonly mailboxRoom: Semaphore.Semaphore
  readonly budget: OpenOrderBudget
  readonly refusedTeller: RefusedTeller
}

/** What has ended the order is not read yet. Where it came after the start of this run, the next one knows of it. */
const isPostponed = ({ postponed }: Action): boolean => postponed === true

/** The item is stopped: what its actor knows of its orders counts no more. */
const leave = (itemId: ItemId, open: OpenOrders.OpenOrders, holds: Holds, batch: ReadonlyArray<Message>): void => {
  open.abandon(batch)
  holds.leave(itemId)
}

/** Starts the actor of one item. It lives as long as its scope. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: PartitionRun,
  { budget, holds, mailboxRoom, onPendingEdit, paymentSlots, publisher, refusedTeller }: SharedParts
): Effect.fn.Return<ItemActor, never, ItemStore | PaymentProvider | ProcessorState | Scope.Scope> {
  const pipeline = yield* FoldPipeline.make(itemId, run)
  const most = yield* CallOrders
  const telling = yield* RecordEvents.telling(run)
  const mailbox = yield* Queue.bounded<Message>(MAILBOX_CAPACITY)
  const payments = yield* PaymentScheduler.make(itemId, run, paymentSlots)
  const open = OpenOrders.make(budget)
  const followRefused = refusedTeller.follow(itemId)
  let inHand = 0

  const apply = Effect.fnUntraced(function*(batch: ReadonlyArray<Message>, { outcomes, summary }: FoldReply) {
    const now = yield* Clock.currentTimeMillis
    const isBehind = RecordEvents.isBehind(batch, summary.position, telling)
    const events = RecordEvents.of(itemId, open, batch, outcomes, telling)
    const actions = actionsOf(itemId, open, batch, outcomes, now, isBehind ? run.publishFrom : Infinity)
    if (summary.position >= run.until && actions.some(isPostponed)) {
      return yield* new RecoveryNeeded({ why: `another worker has folded item ${itemId} up to ${summary.position}` })
    }
    for (const action of actions) {
      payments.follow(action)
      holds.follow(itemId, action)
    }
    followRefused(batch, summary)
    yield* publisher.publish({ itemId, actions, events, onPublished: pipeline.onPublished })
    yield* Metric.update(Metrics.inventoryOf(run.partition, itemId), summary.available)
    if (summary.pendingEdit !== undefined) yield* onPendingEdit(summary.pendingEdit)
  })

  const finish = Effect.fnUntraced(function*(sent: FoldPipeline.SentFold) {
    const reply = yield* pipeline.reply(sent)
    const { batch } = sent
    for (const { record } of batch) run.folding.done(record.offset)
    yield* Semaphore.release(mailboxRoom, batch.length)
    if (reply === undefined) leave(itemId, open, holds, batch)
    else yield* apply(batch, reply)
    inHand -= batch.length
  })

  const take = Effect.map(Queue.takeBetween(mailbox, 1, most), (batch) => {
    inHand += batch.length
    return FoldBatches.of(batch, most)
  })

  /** Folds what waits. Ends when no whole batch waits any more and all is folded. */
  const foldWaiting = Effect.gen(function*() {
    let ahead: FoldPipeline.SentFold | undefined
    do {
      for (const call of yield* take) {
        const sent = yield* pipeline.send(call, open)
        if (ahead !== undefined) yield* finish(ahead)
        ahead = sent
      }
    } while (Queue.sizeUnsafe(mailbox) >= most)
    if (ahead !== undefined) yield* finish(ahead)
  })

  yield* Effect.forkScoped(
    Effect.forever(foldWaiting).pipe(
      Effect.catchTag("RecoveryNeeded", run.fail),
      Effect.catchDefect(actorFailed(run, itemId))
    )
  )

  const isDrained = () => Queue.sizeUnsafe(mailbox) === 0 && inHand === 0

  return {
    deliver: (messages) => Effect.asVoid(Queue.offerAll(mailbox, messages)),
    startPayments: Effect.suspend(() => payments.start(open.values())),
    isDrained,
    waiting: () => Queue.sizeUnsafe(mailbox),
    // A new actor of a stopped item would not know of the records that this one let pass, and skip them.
    isIdle: () => isDrained() && open.size() === 0 && !pipeline.hasStopped()
  }
})
