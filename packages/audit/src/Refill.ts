/** Folding the whole log into a store that holds nothing of it, and writing the marks that say so. */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { ACCEPTED_KEPT_MILLIS } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks, Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import * as Digest from "@flash-sale/domain/records/Digest"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Clock, Data, Effect, Stream } from "effect"
import * as CommandBatches from "./CommandBatches.ts"
import type { SurveyedPartition } from "./Survey.ts"

/** Calls under way at the same time. */
const CALLS_AT_ONCE = 16
/** What may be gathered ahead of what is folded: it is read and taken apart while the store folds. */
const GATHERED_AHEAD = 1

/** Where the fold of one item stands. */
interface Filled {
  position: number | undefined
  /** Offsets whose answers were told long ago; the next call has the store forget them. */
  published: Array<number>
  stopped: boolean
}

interface Filling extends SurveyedPartition {
  readonly store: ItemStore["Service"]
  readonly marks: RecoveryMarks["Service"]
  readonly items: Map<ItemId, Filled>
  /** Of this recovery: where the store is emptied or started again under it, it ends. */
  readonly epoch: string
  readonly session: Session
  /** Everything before it is folded; also what is not worth telling again. */
  checkpoint: number
  /** The record read last: by it the log is recognised. */
  last: LogRecord.LogRecord | undefined
}

export interface Options {
  readonly store: ItemStore["Service"]
  readonly marks: RecoveryMarks["Service"]
  readonly log: ReadonlyArray<SurveyedPartition>
  /** The most orders that one call of a fold may name: none keeps the store from others for long. */
  readonly ordersPerCall: number
  /** Draws the name of a recovery that none has had before. */
  readonly makeEpoch: Effect.Effect<string>
  /** Is called with the number of records that were folded since the last call. */
  readonly onFolded: (records: number) => void
}

/**
 * Folds each partition up to its surveyed end. Nothing is told and nobody is charged.
 *
 * **Details**: the checkpoint is set back by as long as the statuses of orders are kept: a processor that finds this
 * store looks the records from there on up once more, and writes the statuses that buyers may still ask for.
 */
export const run = Effect.fnUntraced(function*({ log, makeEpoch, marks, onFolded, ordersPerCall, store }: Options) {
  const reader = yield* LogReader
  const kept = (yield* Clock.currentTimeMillis) - ACCEPTED_KEPT_MILLIS
  const stopped: Array<string> = []
  const gathered = (surveyed: SurveyedPartition) =>
    Stream.unwrap(Effect.map(begin(store, marks, surveyed, makeEpoch), (filling) => {
      const reading = Stream.tap(
        reader.read(surveyed.partition, surveyed.start, surveyed.end),
        (records) => Effect.sync(() => note(filling, records, kept))
      )
      const isHome = (itemId: ItemId) => filling.items.has(itemId) || home(itemId, log.length) === surveyed.partition
      return Stream.map(CommandBatches.of(reading, isHome), (some) => [filling, some] as const)
    }))
  yield* Stream.fromIterable(log).pipe(
    Stream.flatMap(gathered),
    Stream.buffer({ capacity: GATHERED_AHEAD }),
    Stream.runForEach(([filling, { commands, isLast, records }]) =>
      Effect.gen(function*() {
        const lines = yield* Effect.forEach(commands, ([itemId, placed]) =>
          foldItem(filling, itemId, placed, ordersPerCall), {
          concurrency: CALLS_AT_ONCE
        })
        stopped.push(...lines.filter((line) =>
          line !== undefined
        ))
        onFolded(records)
        if (isLast) yield* finish(filling)
      })
    )
  )
  return stopped
})

const begin = Effect.fnUntraced(function*(
  store: ItemStore["Service"],
  marks: RecoveryMarks["Service"],
  surveyed: SurveyedPartition,
  makeEpoch: Effect.Effect<string>
) {
  const epoch = yield* makeEpoch
  const session = yield* marks.session
  if ((yield* marks.begin(surveyed.partition, epoch, session)) !== epoch) return yield* someoneElse
  return {
    ...surveyed,
    store,
    marks,
    items: new Map(),
    checkpoint: surveyed.end,
    last: undefined,
    epoch,
    session
  } satisfies Filling as Filling
})

/** Another process folds into the same store: it is left to that one, as it is. */
export class StoreTaken extends Data.TaggedError("StoreTaken")<{}> {}

const someoneElse = Effect.fail(new StoreTaken())

/** Notes what the mark will say of these records; `kept` as in `ACCEPTED_KEPT_MILLIS`, from then on. */
const note = (filling: Filling, records: ReadonlyArray<LogRecord.LogRecord>, kept: number): void => {
  const young = records.find(({ timestamp }) => timestamp >= kept)
  if (young !== undefined) filling.checkpoint = Math.min(filling.checkpoint, young.offset)
  filling.last = records.at(-1) ?? filling.last
}

/** All of the partition is folded: has the store forget what was told long ago, and writes the mark. */
const finish = Effect.fnUntraced(function*(filling: Filling) {
  const { checkpoint, epoch, items, last, marks, partition, session } = filling
  yield* Effect.forEach(
    items,
    ([itemId, item]) => item.published.length > 0 ? foldSome(filling, itemId, item, []) : Effect.void,
    { concurrency: CALLS_AT_ONCE, discard: true }
  )
  const seen = last === undefined ? undefined : { offset: last.offset, digest: Digest.of(last) }
  yield* Effect.catchTag(
    marks.complete(partition, { epoch, checkpoint, seen }, session),
    "MarkMoved",
    () => someoneElse
  )
})

/** Folds records of one item in their order. Answers with what stopped it. */
const foldItem = Effect.fnUntraced(function*(
  filling: Filling,
  itemId: ItemId,
  placed: ReadonlyArray<LoggedCommand>,
  ordersPerCall: number
) {
  const item = filling.items.get(itemId) ?? { position: undefined, published: [], stopped: false }
  filling.items.set(itemId, item)
  for (const some of FoldBatches.of(placed, ordersPerCall)) {
    if (item.stopped) return undefined
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
  commands: ReadonlyArray<LoggedCommand>
) {
  const { published } = item
  const reply = yield* store.fold({
    partition,
    itemId,
    epoch,
    session,
    expected: item.position,
    commands,
    published,
    emitEvents: false,
    isSilent: true
  }).pipe(Effect.catchTags({
    MarkMoved: () => someoneElse,
    PositionBehind: ({ position }) =>
      Effect.fail(new StoreUnavailable({ detail: `it has lost item ${itemId} after offset ${position} meanwhile` }))
  }))
  item.position = reply.summary.position
  // Of these alone the store keeps an answer until it is told.
  item.published = commands.flatMap(({ command, offset }) =>
    command._tag === "Unreadable" && offset < committed ? [offset] : []
  )
})
