/**
 * The one who folds an item: takes what is in its mailbox, folds it in one call, tells what was decided, and starts
 * the payments of what is held. One turn at a time, so an item's orders are first come, first served.
 */
import type { ItemId } from "@flash-sale/domain/Ids"
import { type FoldReply, ItemStore, type Parked } from "@flash-sale/domain/ItemStore"
import type { PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import * as Metrics from "@flash-sale/infra/observability/Metrics"
import { DateTime, Duration, Effect, Metric, Queue, Schedule, type Scope, Semaphore } from "effect"
import { inCalls } from "./Calls.ts"
import * as FoldMeasures from "./FoldMeasures.ts"
import type { InFlight } from "./InFlight.ts"
import type { Message } from "./OpenOrder.ts"
import * as Payments from "./Payments.ts"
import { type OpenOrders, react } from "./Reactions.ts"
import type { Telling } from "./Telling.ts"
import { actorFailed, RecoveryNeeded, type Run } from "./Worker.ts"

/** Records that may wait for one item; a full mailbox holds up the intake of its partition. */
export const MAILBOX_CAPACITY = 4_000
/**
 * Records taken from the mailbox in one turn. A turn waits for a write to disk, which takes as long for many: where the
 * disk is slow, the batch is the speed of a hot item.
 */
export const FOLD_BATCH = 1_000
/** How often a stopped item is tried again: its repair is seen within so long. */
const TRY_REPAIRED_EVERY = Duration.seconds(3)

export interface ItemActor {
  /** Waits while the mailbox is full. */
  readonly deliver: (messages: ReadonlyArray<Message>) => Effect.Effect<void>
  /** Starts the payments that were held back during the recovery. */
  readonly startPayments: Effect.Effect<void>
  /** Nothing in the mailbox, in hand, or waiting for money to move. */
  readonly isIdle: () => boolean
  /** Nothing in the mailbox or in hand. */
  readonly isQuiet: () => boolean
  /** How many records wait in the mailbox. */
  readonly waiting: () => number
}

/** What the actors of a partition share. */
export interface Around {
  readonly inFlight: InFlight
  readonly telling: Telling
  readonly onParked: (parked: Parked) => Effect.Effect<void>
  /** A place for each record that waits for its fold. Whoever delivers takes them, and the fold gives them back. */
  readonly room: Semaphore.Semaphore
}

/** Starts the actor of one item. It lives as long as its scope. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: Run,
  { inFlight, onParked, room, telling }: Around
): Effect.fn.Return<ItemActor, never, ItemStore | PaymentProvider | Scope.Scope> {
  const store = yield* ItemStore
  const scope = yield* Effect.scope
  const around = yield* FoldMeasures.make(itemId, run)
  const mailbox = yield* Queue.bounded<Message>(MAILBOX_CAPACITY)
  const payments = yield* Payments.make(itemId, run, inFlight)
  const open: OpenOrders = new Map()
  let position: number | undefined
  let told: Array<number> = []
  let inHand = 0
  let stopped = false

  const onTold = (offset: number): void => {
    told.push(offset)
  }

  const apply = Effect.fnUntraced(function*(batch: ReadonlyArray<Message>, reply: FoldReply) {
    const now = DateTime.formatIso(yield* DateTime.now)
    const reactions = react(itemId, open, batch, reply.outcomes, now)
    for (const { pay, voidCharge } of reactions) {
      const order = pay ?? voidCharge
      if (order !== undefined) payments.follow(order)
    }
    yield* telling.tell({ itemId, reactions, onTold })
    yield* Metric.update(Metrics.inventoryOf(run.partition, itemId), reply.look.available)
    if (reply.look.parked !== undefined) yield* onParked(reply.look.parked)
  })

  const fold = (batch: ReadonlyArray<Message>): Effect.Effect<FoldReply | undefined, RecoveryNeeded> => {
    const toTell = told
    told = []
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
          position = reply.look.position
        })
      ),
      Effect.tapError(() =>
        Effect.sync(() => {
          told = [...toTell, ...told]
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
  const foldAndApply = Effect.fnUntraced(function*(batch: ReadonlyArray<Message>) {
    const reply = stopped ? undefined : yield* around(batch, open, fold(batch))
    for (const { record } of batch) run.folding.done(record.offset)
    yield* Semaphore.release(room, batch.length)
    if (reply === undefined) return
    if (reply.outcomes.length !== batch.length) {
      return yield* Effect.die(new Error(`${reply.outcomes.length} outcomes of ${batch.length} records`))
    }
    yield* apply(batch, reply)
  })

  const turn = Effect.gen(function*() {
    inHand = 0
    const batch = yield* Queue.takeBetween(mailbox, 1, FOLD_BATCH)
    inHand = batch.length
    for (const part of inCalls(batch)) yield* foldAndApply(part)
  })

  yield* Effect.forkScoped(
    Effect.forever(turn).pipe(
      Effect.catchTag("RecoveryNeeded", run.fail),
      Effect.catchDefect(actorFailed(run, itemId))
    )
  )

  const isQuiet = () => Queue.sizeUnsafe(mailbox) === 0 && inHand === 0

  return {
    deliver: (messages) => Effect.asVoid(Queue.offerAll(mailbox, messages)),
    startPayments: Effect.suspend(() => payments.start(open.values())),
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
