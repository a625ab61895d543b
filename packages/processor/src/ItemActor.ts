/**
 * The one who folds an item: takes what is in its mailbox, folds it in one call, tells what was decided, and starts
 * the payments of what is held. One turn at a time, so an item's orders are first come, first served.
 */
import type { DeadLetters } from "@flash-sale/domain/DeadLetters"
import type { ItemId } from "@flash-sale/domain/Ids"
import { type FoldReply, ItemStore, type Parked } from "@flash-sale/domain/ItemStore"
import type { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import * as Metrics from "@flash-sale/infra/observability/Metrics"
import { DateTime, Duration, Effect, Metric, Queue, Schedule, type Scope } from "effect"
import type { InFlight } from "./InFlight.ts"
import type { Message } from "./OpenOrder.ts"
import * as Payments from "./Payments.ts"
import { type OpenOrders, react, type Reaction } from "./Reactions.ts"
import * as Telling from "./Telling.ts"
import { actorFailed, RecoveryNeeded, type Run } from "./Worker.ts"

/** Records that may wait for one item; a full mailbox holds up the intake of its partition. */
export const MAILBOX_CAPACITY = 2_000
/** Records folded in one call. */
export const FOLD_BATCH = 250
/** How often a stopped item is tried again: its repair is seen within so long. */
const TRY_REPAIRED_EVERY = Duration.seconds(3)

export interface ItemActor {
  /** Waits while the mailbox is full. */
  readonly deliver: (message: Message) => Effect.Effect<void>
  /** Starts the payments that were held back during the recovery. */
  readonly startPayments: Effect.Effect<void>
  /** Nothing in the mailbox, in hand, or waiting for money to move. */
  readonly isIdle: () => boolean
  /** Nothing in the mailbox or in hand, and no question to the payment provider under way. */
  readonly isQuiet: () => boolean
  /** How many records wait in the mailbox. */
  readonly waiting: () => number
}

/** Starts the actor of one item. It lives as long as its scope. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: Run,
  inFlight: InFlight,
  onParked: (parked: Parked) => Effect.Effect<void>
): Effect.fn.Return<
  ItemActor,
  never,
  ItemStore | OrderStatuses | DeadLetters | PaymentProvider | Scope.Scope
> {
  const store = yield* ItemStore
  const scope = yield* Effect.scope
  const mailbox = yield* Queue.bounded<Message>(MAILBOX_CAPACITY)
  const payments = yield* Payments.make(itemId, run, inFlight)
  const telling = yield* Telling.make(run.tellFrom)
  const open: OpenOrders = new Map()
  let position: number | undefined
  let told: Array<number> = []
  let inHand = 0
  let stopped = false

  const apply = Effect.fnUntraced(function*(batch: ReadonlyArray<Message>, reply: FoldReply) {
    const now = DateTime.formatIso(yield* DateTime.now)
    const reactions: Array<Reaction> = []
    batch.forEach((message, index) => reactions.push(...react(itemId, open, message, reply.outcomes[index]!, now)))
    for (const reaction of reactions) {
      const order = reaction.pay ?? reaction.voidCharge
      if (order !== undefined) yield* payments.follow(order)
    }
    yield* telling.tell(itemId, reactions)
    for (const { done, told: offset } of reactions) {
      if (done !== undefined) run.settling.done(done)
      if (offset !== undefined) told.push(offset)
    }
    yield* Metric.update(Metrics.inventoryOf(run.partition, itemId), reply.look.available)
    if (reply.look.parked !== undefined) yield* onParked(reply.look.parked)
  })

  const fold = (batch: ReadonlyArray<Message>): Effect.Effect<FoldReply | undefined, RecoveryNeeded> => {
    const toTell = told
    return store.fold({
      partition: run.partition,
      itemId,
      epoch: run.epoch,
      session: run.session,
      expected: position,
      commands: batch.map(({ command, record }) => ({ offset: record.offset, command })),
      told: toTell,
      tell: batch[0]!.record.offset >= run.tellFrom
    }).pipe(
      Effect.tap((reply) =>
        Effect.sync(() => {
          told = told.slice(toTell.length)
          position = reply.look.position
        })
      ),
      Effect.catchTags({
        ItemDamaged: ({ detail }) => Effect.as(stop(batch, detail), undefined),
        StoreUnavailable: ({ detail }) => Effect.fail(new RecoveryNeeded({ why: detail })),
        MarkMoved: () => Effect.fail(new RecoveryNeeded({ why: "the store's mark has moved" })),
        PositionBehind: (behind) =>
          Effect.fail(new RecoveryNeeded({ why: `the store has item ${itemId} only up to ${behind.position}` }))
      })
    )
  }

  const stop = Effect.fnUntraced(function*(batch: ReadonlyArray<Message>, detail: string) {
    if (stopped) return
    stopped = true
    yield* run.stopItem(itemId, detail)
    yield* Effect.forkIn(untilRepaired(itemId, run, Effect.suspend(() => fold(batch))), scope)
  })

  /** A stopped item lets its records pass: they stay uncommitted, and are folded after the repair. */
  const turn = Effect.gen(function*() {
    inHand = 0
    const batch = yield* Queue.takeBetween(mailbox, 1, FOLD_BATCH)
    inHand = batch.length
    const reply = stopped ? undefined : yield* fold(batch)
    for (const { record } of batch) run.folding.done(record.offset)
    if (reply === undefined) return
    if (reply.outcomes.length !== batch.length) {
      return yield* Effect.die(new Error(`${reply.outcomes.length} outcomes of ${batch.length} records`))
    }
    yield* apply(batch, reply)
  })

  yield* Effect.forkScoped(
    Effect.forever(turn).pipe(
      Effect.catchTag("RecoveryNeeded", run.fail),
      Effect.catchDefect(actorFailed(run, itemId))
    )
  )

  const isQuiet = () => Queue.sizeUnsafe(mailbox) === 0 && inHand === 0

  return {
    deliver: (message) => Effect.asVoid(Queue.offer(mailbox, message)),
    startPayments: payments.start((order) => open.get(order.command.order.requestId) === order),
    isQuiet,
    waiting: () => Queue.sizeUnsafe(mailbox),
    // Whoever came after a stopped one would not know of the records that it let pass, and skip them.
    isIdle: () => isQuiet() && open.size === 0 && !stopped
  }
})

/**
 * The records that could not be folded are tried again, and nothing after them: once they are folded somebody has
 * repaired the item, and what it let pass is taken again.
 */
const untilRepaired = (
  itemId: ItemId,
  run: Run,
  foldAgain: Effect.Effect<FoldReply | undefined, RecoveryNeeded>
): Effect.Effect<void> =>
  foldAgain.pipe(
    Effect.repeat({ schedule: Schedule.spaced(TRY_REPAIRED_EVERY), while: (reply) => reply === undefined }),
    Effect.andThen(new RecoveryNeeded({ why: `item ${itemId} is repaired, and catches up` })),
    Effect.catchTag("RecoveryNeeded", run.fail),
    Effect.catchDefect(actorFailed(run, itemId)),
    Effect.delay(TRY_REPAIRED_EVERY)
  )
