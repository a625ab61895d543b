/** Routing the records of a partition to the actors of their items, and those that have no place here to where they belong. */
import type { DeadLetters } from "@flash-sale/domain/DeadLetters"
import type { ItemId } from "@flash-sale/domain/Ids"
import type { ItemStore } from "@flash-sale/domain/ItemStore"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import type { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import { home } from "@flash-sale/domain/Partition"
import type { PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import * as Attributes from "@flash-sale/infra/observability/Attributes"
import { Clock, DateTime, Duration, Effect, Exit, Scope } from "effect"
import type { InFlight } from "./InFlight.ts"
import * as ItemActor from "./ItemActor.ts"
import { letter } from "./Reactions.ts"
import type * as Sensing from "./Sensing.ts"
import * as Telling from "./Telling.ts"
import type { RecoveryNeeded, Run } from "./Worker.ts"

/** How long an item may be idle before its actor leaves memory. */
export const IDLE_AFTER = Duration.seconds(60)

/** The header of a forwarded record that says where it stood: `partition:offset`. */
const ORIGIN_HEADER = "origin"

interface Housed {
  readonly actor: ItemActor.ItemActor
  readonly scope: Scope.Closeable
  lastUsed: number
}

export interface Intake {
  /** Hands a record on. Waits while its item's mailbox is full. */
  readonly route: (record: LogRecord.LogRecord, takenAt: number) => Effect.Effect<void, RecoveryNeeded>
  /** Lets go of actors that have been idle for long. */
  readonly sweep: Effect.Effect<void>
  readonly startPayments: Effect.Effect<void>
  /** Whether everything taken is folded and told, as far as it can be without taking more. */
  readonly isQuiet: () => boolean
  /** How many records wait in mailboxes. */
  readonly waiting: () => number
}

export const make = Effect.fnUntraced(function*(
  run: Run,
  partitions: number,
  inFlight: InFlight,
  sensing: Sensing.Sensing
): Effect.fn.Return<
  Intake,
  never,
  ItemStore | OrderStatuses | DeadLetters | PaymentProvider | Scope.Scope
> {
  const context = yield* Effect.context<
    ItemStore | OrderStatuses | DeadLetters | PaymentProvider | Scope.Scope
  >()
  const scope = yield* Effect.scope
  const telling = yield* Telling.make(run.tellFrom)
  const actors = new Map<ItemId, Housed>()

  const actorOf = Effect.fnUntraced(function*(itemId: ItemId, now: number) {
    const there = actors.get(itemId)
    if (there !== undefined) {
      there.lastUsed = now
      return there.actor
    }
    const own = yield* Scope.fork(scope)
    const actor = yield* ItemActor.make(itemId, run, inFlight, sensing.onParked).pipe(
      Scope.provide(own),
      Effect.provideContext(context)
    )
    actors.set(itemId, { actor, scope: own, lastUsed: now })
    return actor
  })

  /** A record without an item has no home and is folded nowhere: a person has to look at it. */
  const homeless = Effect.fnUntraced(function*(record: LogRecord.LogRecord) {
    const now = DateTime.formatIso(yield* DateTime.now)
    const correlationId = LogRecord.correlationIdOf(record) ?? LogRecord.placeCorrelationId(record)
    const itemId = "unknown" as ItemId
    yield* telling.tell(itemId, [{ letter: letter(record, "Invalid Order Format", undefined, correlationId, 1, now) }])
    run.settling.done(record.offset)
  })

  /** Somebody produced it to a partition that is not its item's home: it takes its place there, and is folded there. */
  const forward = Effect.fnUntraced(function*(itemId: ItemId, record: LogRecord.LogRecord) {
    if (record.offset >= run.tellFrom) {
      yield* run.append({
        itemId,
        value: new TextDecoder().decode(record.value),
        headers: { ...record.headers, [ORIGIN_HEADER]: `${record.partition}:${record.offset}` }
      })
      yield* Effect.logWarning(`Record forwarded to its item's partition`).pipe(
        Attributes.annotate({ event: "record_forwarded", item_id: itemId, partition: record.partition })
      )
    }
    run.settling.done(record.offset)
  })

  const route = Effect.fnUntraced(function*(record: LogRecord.LogRecord, takenAt: number) {
    run.folding.begin(record.offset)
    run.settling.begin(record.offset)
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined || home(itemId, partitions) !== record.partition) {
      run.folding.done(record.offset)
      return yield* (itemId === undefined ? homeless(record) : forward(itemId, record))
    }
    const actor = yield* actorOf(itemId, takenAt)
    yield* actor.deliver({ record, command: LogRecord.decode(itemId, record), takenAt })
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
    isQuiet: () => [...actors.values()].every(({ actor }) => actor.isQuiet()),
    waiting: () => {
      let waiting = 0
      for (const { actor } of actors.values()) waiting += actor.waiting()
      return waiting
    }
  }
})
