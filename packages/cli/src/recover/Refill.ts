/** Folding the whole log into a store that holds nothing of it, and writing the marks that say so. */
import type { Placed } from "@flash-sale/domain/Command"
import * as Digest from "@flash-sale/domain/Digest"
import type { ItemId } from "@flash-sale/domain/Ids"
import { type ItemStore, type Session, StoreUnavailable } from "@flash-sale/domain/ItemStore"
import { LogReader } from "@flash-sale/domain/LogReader"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { ACCEPTED_KEPT_MILLIS } from "@flash-sale/domain/OrderStatuses"
import type { Outcome } from "@flash-sale/domain/Outcome"
import { home } from "@flash-sale/domain/Partition"
import { Clock, Effect, Random, Stream } from "effect"
import * as CommandFailed from "../CommandFailed.ts"
import type { Surveyed } from "./Survey.ts"

/** Records folded in one call, and calls under way at the same time. */
const FOLD_BATCH = 250
const CALLS_AT_ONCE = 16
const EPOCH_HALF = Number.MAX_SAFE_INTEGER

/** Where the fold of one item stands. */
interface Filled {
  position: number | undefined
  /** Offsets whose answers were told long ago; the next call has the store forget them. */
  told: Array<number>
  stopped: boolean
}

interface Filling extends Surveyed {
  readonly store: ItemStore["Service"]
  readonly items: Map<ItemId, Filled>
  /** Of this recovery: where the store is emptied or started again under it, it ends. */
  readonly epoch: string
  readonly session: Session
  /** Everything before it is folded; also what is not worth telling again. */
  checkpoint: number
  /** The record read last: by it the log is recognised. */
  last: LogRecord.LogRecord | undefined
}

/**
 * Folds each partition up to its surveyed end. Nothing is told and nobody is charged.
 *
 * **Details**: the checkpoint is set back by as long as the statuses of orders are kept: a processor that finds this
 * store looks the records from there on up once more, and writes the statuses that buyers may still ask for.
 */
export const run = Effect.fnUntraced(function*(
  store: ItemStore["Service"],
  log: ReadonlyArray<Surveyed>,
  onFolded: (records: number) => void
) {
  const reader = yield* LogReader
  const kept = (yield* Clock.currentTimeMillis) - ACCEPTED_KEPT_MILLIS
  const stopped: Array<string> = []
  for (const surveyed of log) {
    const epoch = `${(yield* half).toString(36)}${(yield* half).toString(36)}`
    const session = yield* store.session
    if ((yield* store.beginRecovery(surveyed.partition, epoch, session)) !== epoch) return yield* someoneElse
    const filling: Filling = {
      ...surveyed,
      store,
      items: new Map(),
      checkpoint: surveyed.end,
      last: undefined,
      epoch,
      session
    }
    yield* Stream.runForEach(
      reader.read(surveyed.partition, surveyed.start, surveyed.end),
      (records) =>
        Effect.gen(function*() {
          const young = records.find(({ timestamp }) => timestamp >= kept)
          if (young !== undefined) filling.checkpoint = Math.min(filling.checkpoint, young.offset)
          filling.last = records.at(-1)
          stopped.push(...yield* foldRecords(filling, log.length, records))
          onFolded(records.length)
        })
    )
    yield* Effect.forEach(
      filling.items,
      ([itemId, item]) => item.told.length > 0 ? foldSome(filling, itemId, item, []) : Effect.void,
      {
        concurrency: CALLS_AT_ONCE,
        discard: true
      }
    )
    const { checkpoint, last } = filling
    const seen = last === undefined ? undefined : { offset: last.offset, digest: Digest.of(last) }
    yield* Effect.catchTag(
      store.writeMark(surveyed.partition, { epoch, checkpoint, seen }, session),
      "MarkMoved",
      () => someoneElse
    )
  }
  return stopped
})

const half = Random.nextIntBetween(0, EPOCH_HALF)

const someoneElse = Effect.fail(
  CommandFailed.failed("somebody else folds into the same store: it is left to them, as it is")
)

/** Folds records in their order, the items beside each other. Answers with the items that stopped. */
const foldRecords = Effect.fnUntraced(function*(
  filling: Filling,
  count: number,
  records: ReadonlyArray<LogRecord.LogRecord>
) {
  const groups = new Map<ItemId, Array<Placed>>()
  for (const record of records) {
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined) continue
    const there = groups.get(itemId)
    if (there === undefined && !filling.items.has(itemId) && home(itemId, count) !== record.partition) continue
    const placed = { offset: record.offset, command: LogRecord.decode(itemId, record) }
    if (there === undefined) groups.set(itemId, [placed])
    else there.push(placed)
  }
  const stopped = yield* Effect.forEach(groups, ([itemId, placed]) => foldItem(filling, itemId, placed), {
    concurrency: CALLS_AT_ONCE
  })
  return stopped.filter((line) => line !== undefined)
})

const foldItem = Effect.fnUntraced(function*(filling: Filling, itemId: ItemId, placed: ReadonlyArray<Placed>) {
  const item = filling.items.get(itemId) ?? { position: undefined, told: [], stopped: false }
  filling.items.set(itemId, item)
  for (let from = 0; from < placed.length && !item.stopped; from += FOLD_BATCH) {
    const some = placed.slice(from, from + FOLD_BATCH)
    const damage = yield* foldSome(filling, itemId, item, some).pipe(
      Effect.as(undefined),
      Effect.catchTag("ItemDamaged", ({ detail }) => Effect.succeed(detail))
    )
    if (damage === undefined) continue
    item.stopped = true
    filling.checkpoint = Math.min(filling.checkpoint, some[0]!.offset)
    return `item ${itemId} is folded up to offset ${item.position ?? -1} only: ${damage}`
  }
  return undefined
})

const foldSome = Effect.fnUntraced(function*(
  { committed, epoch, partition, session, store }: Filling,
  itemId: ItemId,
  item: Filled,
  commands: ReadonlyArray<Placed>
) {
  const { told } = item
  const reply = yield* store.fold({
    partition,
    itemId,
    epoch,
    session,
    expected: item.position,
    commands,
    told,
    tell: false
  }).pipe(Effect.catchTags({
    MarkMoved: () => someoneElse,
    PositionBehind: ({ position }) =>
      Effect.fail(new StoreUnavailable({ detail: `it has lost item ${itemId} after offset ${position} meanwhile` }))
  }))
  item.position = reply.look.position
  item.told = reply.outcomes.flatMap((outcome) =>
    leavesNoTrace(outcome) && outcome.offset < committed
      ? [outcome.offset]
      : []
  )
})

const leavesNoTrace = ({ orders }: Outcome): boolean =>
  orders.some(({ changed, state }) => changed && (state === "turned" || state === "unreadable"))
