/**
 * A world in memory that outlives the processors that run in it: a log, a store, statuses, dead letters and a payment
 * provider. By a seed it is slow, loses replies, and forgets the store's last writes. Virtual time throughout.
 */
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/DeadLetters"
import * as Fold from "@flash-sale/domain/Fold"
import type { ItemId, RequestId } from "@flash-sale/domain/Ids"
import { defaultSettings, type Item } from "@flash-sale/domain/Item"
import {
  ItemDamaged,
  type ItemLook,
  ItemStore,
  type Mark,
  MarkMoved,
  PositionBehind,
  StoreUnavailable
} from "@flash-sale/domain/ItemStore"
import { type LogRecord, type NewRecord } from "@flash-sale/domain/LogRecord"
import { AppendUnknown, OrderLog, type OwnedPartition } from "@flash-sale/domain/OrderLog"
import { isForward, type StatusRecord } from "@flash-sale/domain/OrderStatus"
import { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import { home, Offset, PartitionId } from "@flash-sale/domain/Partition"
import { type ChargeResult, PaymentProvider, PaymentUnknown } from "@flash-sale/domain/PaymentProvider"
import { Clock, Context, Duration, Effect, Latch, Layer, Random } from "effect"

export const PARTITIONS = 2

/**
 * The process that asks. Once it is killed the world answers it nothing and does nothing for it any more, whatever its
 * finalizers still try: that is what a kill -9 looks like from outside.
 */
export const Process = Context.Reference<{ killed: boolean }>("simulation/Process", {
  defaultValue: () => ({ killed: false })
})

/** How often each fault happens, 0 to 1. */
export interface Faults {
  readonly appendLost: number
  readonly appendUnanswered: number
  readonly storeAway: number
  readonly storeReplyLost: number
  readonly paymentUnanswered: number
  readonly paymentDeclined: number
}

export const calm: Faults = {
  appendLost: 0,
  appendUnanswered: 0,
  storeAway: 0,
  storeReplyLost: 0,
  paymentUnanswered: 0,
  paymentDeclined: 0
}

/** What a store holds: everything that it may lose. */
interface Stored {
  readonly items: ReadonlyMap<ItemId, Fold.Folded>
  readonly marks: ReadonlyMap<number, Mark>
  readonly statuses: ReadonlyMap<RequestId, StatusRecord>
}

/** What happened to the money under one key. */
export interface Money {
  readonly charged: number
  readonly voided: boolean
}

const nothingStored: Stored = { items: new Map(), marks: new Map(), statuses: new Map() }
/** Earlier states of the store that it can fall back to. */
const SNAPSHOTS = 200
const MAX_DELAY_MILLIS = 20
const utf8 = new TextEncoder()

export const make = Effect.fnUntraced(function*(faults: Faults) {
  const records: Array<Array<LogRecord>> = Array.from({ length: PARTITIONS }, () => [])
  const committed: Array<Offset | undefined> = Array.from({ length: PARTITIONS }, () => undefined)
  const grown = yield* Latch.make(false)
  const letters = new Map<string, DeadLetter>()
  const money = new Map<string, Money>()
  const verdicts = new Map<string, ChargeResult>()
  let stored = nothingStored
  let snapshots: Array<Stored> = [stored]

  const change = (next: Stored): void => {
    stored = next
    snapshots = [...snapshots, next].slice(-SNAPSHOTS)
  }

  const alive = Effect.flatMap(Process, ({ killed }) => killed ? Effect.never : Effect.void)
  const pause = Effect.gen(function*() {
    yield* alive
    yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, MAX_DELAY_MILLIS)))
    yield* alive
  })
  const happens = (rate: number) => Effect.map(Random.next, (dice) => dice < rate)

  /** The store's round trip: it may be away, and its reply may be lost after it did what it was told. */
  const ask = <A, E>(step: () => Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
    Effect.gen(function*() {
      yield* pause
      if (yield* happens(faults.storeAway)) return yield* new StoreUnavailable({ detail: "away" })
      const answer = yield* step()
      if (yield* happens(faults.storeReplyLost)) return yield* new StoreUnavailable({ detail: "reply lost" })
      return answer
    })

  const append = Effect.fnUntraced(function*(record: NewRecord) {
    yield* pause
    if (yield* happens(faults.appendLost)) return yield* new AppendUnknown({ detail: "lost" })
    const partition = home(record.itemId, PARTITIONS)
    const offset = Offset.make(records[partition]!.length)
    const timestamp = yield* Clock.currentTimeMillis
    records[partition]!.push({
      partition,
      offset,
      timestamp,
      key: record.itemId,
      value: utf8.encode(record.value),
      headers: record.headers
    })
    yield* grown.open
    if (yield* happens(faults.appendUnanswered)) return yield* new AppendUnknown({ detail: "answer lost" })
    return { partition, offset }
  })

  const own = (partition: PartitionId, revoked: Latch.Latch): OwnedPartition => {
    let next = 0
    const take = (max: number): Effect.Effect<ReadonlyArray<LogRecord>> =>
      Effect.gen(function*() {
        yield* pause
        while (next >= records[partition]!.length) {
          yield* grown.close
          yield* grown.await
        }
        const count = yield* Random.nextIntBetween(1, Math.max(2, Math.min(max, 40)))
        const batch = records[partition]!.slice(next, next + count)
        next += batch.length
        return batch
      })
    return {
      partition,
      committed: Effect.sync(() => committed[partition]),
      bounds: Effect.sync(() => ({ start: Offset.make(0), end: Offset.make(records[partition]!.length) })),
      seek: (offset) =>
        Effect.sync(() => {
          next = offset
        }),
      take,
      commit: (offset) =>
        Effect.andThen(
          pause,
          Effect.sync(() => {
            committed[partition] = offset
          })
        ),
      revoked: revoked.await
    }
  }

  const log = Layer.succeed(OrderLog, {
    partitions: Effect.succeed(PARTITIONS),
    append,
    consume: (worker) =>
      Effect.gen(function*() {
        const revoked = yield* Latch.make(false)
        yield* Effect.addFinalizer(() => revoked.open)
        return yield* Effect.andThen(
          Effect.forEach(
            Array.from({ length: PARTITIONS }, (_, partition) => PartitionId.make(partition)),
            (partition) => worker(own(partition, revoked)),
            { concurrency: "unbounded", discard: true }
          ),
          Effect.never
        )
      }),
    isUp: Effect.succeed(true)
  })

  const look = (partition: number, itemId: ItemId): ItemLook => {
    const folded = stored.items.get(itemId)
    const { available, held, put, sold } = folded?.item ?? Fold.nothing.item
    return {
      known: folded !== undefined,
      available,
      held,
      sold,
      put,
      settings: folded?.item.settings ?? defaultSettings,
      position: folded?.position ?? -1,
      marked: stored.marks.has(partition),
      parked: undefined
    }
  }

  const checkMark = (partition: number, epoch: string | undefined): Effect.Effect<void, MarkMoved> =>
    stored.marks.get(partition)?.epoch === epoch ? Effect.void : Effect.fail(new MarkMoved({ partition }))

  const setMark = (partition: number, mark: Mark): void =>
    change({ ...stored, marks: new Map(stored.marks).set(partition, mark) })

  const store = Layer.succeed(ItemStore, {
    fold: (request) =>
      ask(() =>
        Effect.gen(function*() {
          yield* checkMark(request.partition, request.epoch)
          const result = Fold.fold(stored.items.get(request.itemId) ?? Fold.nothing, request)
          if (result._tag === "Behind") {
            return yield* new PositionBehind({ itemId: request.itemId, position: result.position })
          }
          if (result._tag === "Stopped") {
            return yield* new ItemDamaged({ itemId: request.itemId, detail: result.detail })
          }
          change({ ...stored, items: new Map(stored.items).set(request.itemId, result.state) })
          return { outcomes: result.outcomes, look: look(request.partition, request.itemId) }
        })
      ),
    look: (partition, itemId) => ask(() => Effect.sync(() => look(partition, itemId))),
    sense: (partition, epoch) => ask(() => Effect.as(checkMark(partition, epoch), [])),
    mark: (partition) => ask(() => Effect.sync(() => stored.marks.get(partition))),
    writeMark: (partition, mark) =>
      ask(() => Effect.andThen(checkMark(partition, undefined), Effect.sync(() => setMark(partition, mark)))),
    checkpoint: (partition, mark) =>
      ask(() => Effect.andThen(checkMark(partition, mark.epoch), Effect.sync(() => setMark(partition, mark)))),
    isUp: Effect.succeed(true)
  })

  const unused = (what: string) => () => Effect.die(new Error(`the processor does not ${what}`))
  const statuses = Layer.succeed(OrderStatuses, {
    admit: unused("admit"),
    keep: unused("keep"),
    release: unused("release"),
    read: unused("read"),
    write: (written) =>
      ask(() =>
        Effect.sync(() => {
          const next = new Map(stored.statuses)
          for (const status of written) {
            const current = next.get(status.requestId)
            if (current === undefined || isForward(current, status)) next.set(status.requestId, status)
          }
          change({ ...stored, statuses: next })
        })
      )
  })

  const deadLetters = Layer.succeed(DeadLetters, {
    put: (letter) =>
      Effect.andThen(
        pause,
        Effect.sync(() => {
          letters.set(`${letter.partition}:${letter.offset}`, letter)
        })
      ),
    mark: unused("mark"),
    list: unused("list"),
    find: unused("find"),
    stats: Effect.sync(() => ({ size: letters.size, oldestAt: undefined }))
  })

  const payments = Layer.succeed(PaymentProvider, {
    charge: ({ key }) =>
      Effect.gen(function*() {
        yield* pause
        const declined = yield* happens(faults.paymentDeclined)
        const known = money.get(key)
        if (known === undefined && !verdicts.has(key)) verdicts.set(key, declined ? "declined" : "paid")
        const verdict = known?.voided === true ? "declined" : verdicts.get(key)!
        if (verdict === "paid") money.set(key, { charged: 1, voided: false })
        if (yield* happens(faults.paymentUnanswered)) return yield* new PaymentUnknown({ key, detail: "no answer" })
        return verdict
      }),
    lookUp: unused("look up"),
    void: (key) =>
      Effect.andThen(
        pause,
        Effect.sync(() => {
          money.set(key, { charged: 0, voided: true })
          verdicts.set(key, "declined")
        })
      )
  })

  return {
    layer: Layer.mergeAll(log, store, statuses, deadLetters, payments),
    append,
    records,
    committed,
    money,
    letters,
    statuses: () => stored.statuses,
    item: (itemId: ItemId): Item => (stored.items.get(itemId) ?? Fold.nothing).item,
    /** The store falls back to an earlier state: its last `writes` are gone. */
    loseWrites: (writes: number) =>
      Effect.sync(() => {
        const kept = snapshots.slice(0, Math.max(1, snapshots.length - writes))
        stored = kept[kept.length - 1]!
        snapshots = kept
      }),
    /** The store is empty. */
    flush: Effect.sync(() => {
      stored = nothingStored
      snapshots = [stored]
    })
  }
})

export type World = Effect.Success<ReturnType<typeof make>>
