/** Routing the records of a partition to the actors of their items, and those that have no place here to where they belong. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as Utf8 from "@flash-sale/domain/records/Utf8"
import type { Slots } from "@flash-sale/infra/actor/Slots"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Clock, DateTime, Duration, Effect, Exit, Scope, Semaphore } from "effect"
import * as ItemActor from "../item/ItemActor.ts"
import * as DeadLetterOf from "../order/DeadLetterOf.ts"
import type { Message } from "../order/OpenOrder.ts"
import * as Publisher from "../publish/Publisher.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type * as StockEdits from "./StockEdits.ts"

/** How long an item may be idle before its actor leaves memory. */
export const IDLE_AFTER = Duration.seconds(60)

/**
 * Records of the partition that may wait for their folds, of all its items together: a log that is folded again would
 * otherwise fill the mailboxes of a thousand items, and memory with them.
 */
export const WAITING_CAPACITY = 4_000

/** The header of a forwarded record that says where it stood: `partition:offset`. */
const ORIGIN_HEADER = "origin"

/**
 * The record for its item's home, with the time at which it counts as accepted. None of what is no text: nobody could
 * understand it there either, and the bytes would be others.
 */
const forwardedOf = (itemId: ItemId, record: LogRecord.LogRecord): LogRecord.NewRecord | undefined => {
  const { headers, offset, partition, timestamp } = record
  const isOrder = (headers[LogRecord.Header.type] ?? "place") === "place"
  const value = Utf8.exactTextOf(record.value)
  return value === undefined ? undefined : {
    itemId,
    value,
    headers: {
      ...(isOrder ? { [LogRecord.Header.acceptedAt]: String(timestamp) } : {}),
      ...headers,
      [ORIGIN_HEADER]: `${partition}:${offset}`
    }
  }
}

interface RunningActor {
  readonly actor: ItemActor.ItemActor
  readonly scope: Scope.Closeable
  lastUsed: number
}

export interface Router {
  /** Hands records on, in order. Waits while too many wait for their folds. */
  readonly route: (records: ReadonlyArray<LogRecord.LogRecord>, takenAt: number) => Effect.Effect<void>
  /** Lets go of actors that have been idle for long. */
  readonly sweep: Effect.Effect<void>
  readonly startPayments: Effect.Effect<void>
  /** Whether everything taken is folded and told, as far as it can be without taking more. */
  readonly isQuiet: () => boolean
  /** How many records wait in mailboxes. */
  readonly waiting: () => number
}

export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  partitions: number,
  paymentSlots: Slots,
  stockEdits: StockEdits.StockEdits
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
  const room = yield* Semaphore.make(WAITING_CAPACITY)
  const around: ItemActor.SharedParts = { paymentSlots, publisher, onPendingEdit: stockEdits.onPending, room }
  const actors = new Map<ItemId, RunningActor>()

  const actorOf = Effect.fnUntraced(function*(itemId: ItemId, now: number) {
    const there = actors.get(itemId)
    if (there !== undefined) {
      there.lastUsed = now
      return there.actor
    }
    const own = yield* Scope.fork(scope)
    const actor = yield* ItemActor.make(itemId, run, around).pipe(
      Scope.provide(own),
      Effect.provideContext(context)
    )
    actors.set(itemId, { actor, scope: own, lastUsed: now })
    return actor
  })

  /** A record that is folded nowhere: a person has to look at it. */
  const dropped = Effect.fnUntraced(function*(record: LogRecord.LogRecord, itemId = "unknown" as ItemId) {
    const now = DateTime.formatIso(yield* DateTime.now)
    const correlationId = LogRecord.correlationIdOf(record) ?? LogRecord.defaultCorrelationId(record)
    const error = DeadLetterOf.of(record, "Invalid Order Format", undefined, correlationId, 1, now)
    yield* publisher.publish({ itemId, actions: [{ letter: error, done: record.offset }], onPublished: () => {} })
  })

  /** Somebody produced it to a partition that is not its item's home: it takes its place there, and is folded there. */
  const forward = Effect.fnUntraced(function*(itemId: ItemId, record: LogRecord.LogRecord) {
    const forwarded = forwardedOf(itemId, record)
    if (forwarded === undefined) return yield* dropped(record, itemId)
    if (record.offset >= run.publishFrom) {
      yield* run.append(forwarded)
      yield* Log.warn("Record forwarded to its item's partition", {
        event: "record_forwarded",
        item_id: itemId,
        partition: record.partition,
        offset: record.offset
      })
    }
    run.settling.done(record.offset)
  })

  /** Whether the item's home is here. That of an item with an actor is. */
  const isHome = (itemId: ItemId): boolean => actors.has(itemId) || home(itemId, partitions) === run.partition

  const route = Effect.fnUntraced(function*(records: ReadonlyArray<LogRecord.LogRecord>, takenAt: number) {
    const messages = new Map<ItemId, Array<Message>>()
    for (const record of records) {
      run.folding.begin(record.offset)
      run.settling.begin(record.offset)
      const itemId = LogRecord.itemOf(record)
      if (itemId === undefined || !isHome(itemId)) {
        run.folding.done(record.offset)
        yield* (itemId === undefined ? dropped(record) : forward(itemId, record))
        continue
      }
      const message = { record, command: LogRecord.decode(itemId, record), takenAt }
      const own = messages.get(itemId)
      if (own === undefined) messages.set(itemId, [message])
      else own.push(message)
    }
    for (const [itemId, own] of messages) {
      const actor = yield* actorOf(itemId, takenAt)
      yield* Semaphore.take(room, own.length)
      yield* actor.deliver(own)
    }
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
