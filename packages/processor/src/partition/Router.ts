/** Routes the records of a partition to the actors of their items. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Clock, Duration, Effect, Exit, Scope, Semaphore } from "effect"
import * as ItemActor from "../item/ItemActor.ts"
import type { Message } from "../order/OpenOrder.ts"
import type { OpenOrderBudget } from "../order/OpenOrderBudget.ts"
import type { PaymentSlots } from "../payment/PaymentSlots.ts"
import * as Publisher from "../publish/Publisher.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import * as Forwarding from "./Forwarding.ts"
import type * as StockEdits from "./StockEdits.ts"

/** How long an item may be idle before its actor leaves memory. */
export const IDLE_AFTER = Duration.seconds(60)

/**
 * Records of the partition that may wait for their folds, of all its items together: a log that is folded again would
 * otherwise fill the mailboxes of a thousand items, and memory with them. Measured in
 * docs/decisions/0020-what-a-refold-costs.md.
 */
export const WAITING_CAPACITY = 4_000

interface RunningActor {
  readonly actor: ItemActor.ItemActor
  readonly scope: Scope.Closeable
  lastUsed: number
}

type Records = ReadonlyArray<LogRecord.LogRecord>

export interface Router {
  /** Hands new records on, in order. Waits while too many wait for their folds. `takenAt` in milliseconds since 1970. */
  readonly route: (records: Records, takenAt: number) => Effect.Effect<void>
  /** The same for records that are read again, of orders that the budget has admitted. */
  readonly routeAgain: (records: Records, takenAt: number) => Effect.Effect<void>
  /** Lets go of actors that have been idle for long. */
  readonly sweep: Effect.Effect<void>
  readonly startPayments: Effect.Effect<void>
  /** Whether everything taken is folded and published, as far as it can be without taking more. */
  readonly isQuiet: () => boolean
  /** How many records wait in mailboxes. */
  readonly waiting: () => number
}

/** What the router hands to the actors of the partition. */
export interface RouterParts {
  readonly paymentSlots: PaymentSlots
  readonly stockEdits: StockEdits.StockEdits
  readonly budget: OpenOrderBudget
}

export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  partitions: number,
  { budget, paymentSlots, stockEdits }: RouterParts
): Effect.fn.Return<
  Router,
  never,
  ItemStore | OrderStatuses | DeadLetters | PaymentProvider | Scope.Scope
> {
  const context = yield* Effect.context<
    ItemStore | OrderStatuses | DeadLetters | PaymentProvider | Scope.Scope
  >()
  const scope = yield* Effect.scope
  const publisher = yield* Publisher.make(run)
  const forwarding = Forwarding.make(run, publisher)
  const mailboxRoom = yield* Semaphore.make(WAITING_CAPACITY)
  const shared = { budget, mailboxRoom, onPendingEdit: stockEdits.onPending, paymentSlots, publisher }
  const actors = new Map<ItemId, RunningActor>()

  const actorOf = Effect.fnUntraced(function*(itemId: ItemId, now: number) {
    const running = actors.get(itemId)
    if (running !== undefined) {
      running.lastUsed = now
      return running.actor
    }
    const own = yield* Scope.fork(scope)
    const actor = yield* ItemActor.make(itemId, run, shared).pipe(
      Scope.provide(own),
      Effect.provideContext(context)
    )
    actors.set(itemId, { actor, scope: own, lastUsed: now })
    return actor
  })

  /** Whether the item's home is here. That of an item with an actor is. */
  const isHome = (itemId: ItemId): boolean => actors.has(itemId) || home(itemId, partitions) === run.partition

  const deliver = Effect.fnUntraced(function*(messages: Messages, now: number) {
    for (const [itemId, own] of messages) {
      const actor = yield* actorOf(itemId, now)
      yield* Semaphore.take(mailboxRoom, own.length)
      yield* actor.deliver(own)
    }
  })

  const route = Effect.fnUntraced(function*(records: Records, takenAt: number) {
    const messages: Messages = new Map()
    for (const record of records) {
      run.folding.begin(record.offset)
      run.settling.begin(record.offset)
      const itemId = LogRecord.itemOf(record)
      if (itemId === undefined || !isHome(itemId)) {
        run.folding.done(record.offset)
        yield* (itemId === undefined ? forwarding.drop(record) : forwarding.forward(itemId, record))
        continue
      }
      add(messages, itemId, record, takenAt, false)
    }
    yield* deliver(messages, takenAt)
  })

  const routeAgain = (records: Records, takenAt: number) =>
    Effect.suspend(() => {
      const messages: Messages = new Map()
      for (const record of records) {
        const itemId = LogRecord.itemOf(record)
        if (itemId === undefined) budget.release(1)
        else add(messages, itemId, record, takenAt, true)
      }
      return deliver(messages, takenAt)
    })

  const sweep = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    for (const [itemId, { actor, lastUsed, scope: own }] of actors) {
      if (now - lastUsed < Duration.toMillis(IDLE_AFTER) || !actor.isIdle()) continue
      actors.delete(itemId)
      yield* Scope.close(own, Exit.void)
    }
  })

  return {
    route,
    routeAgain,
    sweep,
    startPayments: Effect.suspend(() =>
      Effect.forEach([...actors.values()], ({ actor }) => actor.startPayments, { discard: true })
    ),
    isQuiet: () => publisher.isQuiet() && [...actors.values()].every(({ actor }) => actor.isQuiet()),
    waiting: () => {
      let waiting = 0
      for (const { actor } of actors.values()) waiting += actor.waiting()
      return waiting
    }
  }
})

/** Messages by their item. */
type Messages = Map<ItemId, Array<Message>>

const add = (
  messages: Messages,
  itemId: ItemId,
  record: LogRecord.LogRecord,
  takenAt: number,
  isAdmitted: boolean
): void => {
  const message = { record, command: LogRecord.decode(itemId, record), takenAt, isAdmitted }
  const own = messages.get(itemId)
  if (own === undefined) messages.set(itemId, [message])
  else own.push(message)
}
