/** Folding one partition into a store that holds nothing of it: a recovery that publishes nothing. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { NOTHING_FOLDED } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import { Data, Effect } from "effect"
import type { SurveyedPartition } from "./Survey.ts"

/** Calls under way at the same time. */
const CALLS_AT_ONCE = 16

/** How far one item is folded. */
interface Filled {
  position: number | undefined
  /** Offsets whose answers were published long ago; the next call has the store forget them. */
  published: Array<number>
  stopped: boolean
}

/** Another process folds into the same store: it is left to that one, as it is. */
export class StoreTaken extends Data.TaggedError("StoreTaken")<{}> {}

const taken = Effect.fail(new StoreTaken())

export interface Options {
  readonly surveyed: SurveyedPartition
  /** The most orders that one call of a fold may name: none keeps the store from others for long. */
  readonly ordersPerCall: number
  /** Draws the name of a recovery that none has had before. */
  readonly makeEpoch: Effect.Effect<string>
}

/** Begins a recovery, and fails where another one is under way. */
export const make = Effect.fnUntraced(function*({ makeEpoch, ordersPerCall, surveyed }: Options) {
  const store = yield* ItemStore
  const marks = yield* RecoveryMarks
  const { committed, end, partition } = surveyed
  const epoch = yield* makeEpoch
  const session = yield* marks.session
  if ((yield* marks.begin(partition, epoch, session)) !== epoch) return yield* taken
  const items = new Map<ItemId, Filled>()
  let checkpoint: number = end
  let last: LogRecord.LogRecord | undefined

  const foldSome = Effect.fnUntraced(function*(itemId: ItemId, item: Filled, commands: ReadonlyArray<LoggedCommand>) {
    const { position: expected, published } = item
    const call = { partition, itemId, epoch, session, expected, commands, published }
    const reply = yield* store.fold({ ...call, emitEvents: false, withoutOutcomes: true }).pipe(Effect.catchTags({
      MarkMoved: () => taken,
      PositionBehind: ({ position }) =>
        Effect.fail(new StoreUnavailable({ detail: `it has lost item ${itemId} after offset ${position} meanwhile` }))
    }))
    item.position = reply.summary.position
    // Of these alone the store keeps an answer until it is published.
    item.published = commands.flatMap(({ command, offset }) =>
      command._tag === "Unreadable" && offset < committed ? [offset] : []
    )
  })

  /** Folds records of one item in their order. Returns what stopped it. */
  const foldItem = Effect.fnUntraced(function*(itemId: ItemId, placed: ReadonlyArray<LoggedCommand>) {
    const item = items.get(itemId) ?? { position: undefined, published: [], stopped: false }
    items.set(itemId, item)
    for (const some of FoldBatches.of(placed, ordersPerCall)) {
      if (item.stopped) return undefined
      const damage = yield* foldSome(itemId, item, some).pipe(
        Effect.as(undefined),
        Effect.catchTag("ItemDamaged", ({ detail }) => Effect.succeed(detail))
      )
      if (damage === undefined) continue
      item.stopped = true
      checkpoint = Math.min(checkpoint, some[0]!.offset)
      return `item ${itemId} is folded up to offset ${item.position ?? NOTHING_FOLDED} only: ${damage}`
    }
    return undefined
  })

  return {
    knows: (itemId: ItemId): boolean => items.has(itemId),

    /** Notes what the mark will say of these records. A processor looks those from `keptSince` on up once more. */
    note: (records: ReadonlyArray<LogRecord.LogRecord>, keptSince: number): void => {
      const young = records.find(({ timestamp }) => timestamp >= keptSince)
      if (young !== undefined) checkpoint = Math.min(checkpoint, young.offset)
      last = records.at(-1) ?? last
    },

    /** Folds records of several items. Returns what stopped some of them, in words. */
    fold: (commands: ReadonlyMap<ItemId, ReadonlyArray<LoggedCommand>>) =>
      Effect.map(
        Effect.forEach(commands, ([itemId, placed]) => foldItem(itemId, placed), { concurrency: CALLS_AT_ONCE }),
        (lines) => lines.filter((line) => line !== undefined)
      ),

    /** All is folded: has the store forget the answers that were published long ago, and ends the recovery. */
    finish: Effect.gen(function*() {
      yield* Effect.forEach(
        items,
        ([itemId, item]) => item.published.length > 0 ? foldSome(itemId, item, []) : Effect.void,
        { concurrency: CALLS_AT_ONCE, discard: true }
      )
      const mark = { epoch, checkpoint, seen: Recovery.seenOf(last) }
      yield* Effect.catchTag(marks.complete(partition, mark, session), "MarkMoved", () => taken)
    })
  }
})
