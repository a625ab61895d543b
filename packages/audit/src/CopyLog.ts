/** Copying the whole log, in its order, into a topic with another number of partitions. */
import { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Data, Effect, Stream } from "effect"
import * as RecordCopy from "./RecordCopy.ts"
import type { SurveyedPartition } from "./Survey.ts"

/** Partitions of the copy that are appended to at the same time. */
const SENDS_AT_ONCE = 4

/** A record that has a letter, where it was and where it is. */
export interface Lettered {
  readonly from: { readonly partition: PartitionId; readonly offset: Offset }
  readonly to: { readonly partition: PartitionId; readonly offset: Offset }
}

export interface CopiedLog {
  /** Of each partition of the copy: what is before it is final and published, and nothing behind it is known to be. */
  readonly committed: ReadonlyArray<number>
  readonly copied: number
  readonly leftOut: number
  readonly lettered: ReadonlyArray<Lettered>
}

/** Somebody else appends to the copy. */
export class CopyDisturbed extends Data.TaggedError("CopyDisturbed")<{ readonly partition: number }> {}

export interface Options extends RecordCopy.Options {
  readonly log: ReadonlyArray<SurveyedPartition>
  /** Is called with the number of records that were read since the last call. */
  readonly onCopied: (records: number) => void
}

/**
 * Copies up to the surveyed ends: first, of all partitions, what is committed, then the rest. So what is final and
 * published is together in each partition of the copy, and one offset says so. Records of one item come from one
 * partition and keep their order.
 */
export const run = Effect.fnUntraced(function*({ log, onCopied, ...options }: Options) {
  const reader = yield* LogReader
  const copy = yield* LogCopy
  const ends = Array.from({ length: options.partitions }, () => 0)
  const lettered: Array<Lettered> = []
  let leftOut = 0

  const append = Effect.fnUntraced(function*(partition: PartitionId, some: ReadonlyArray<Taken>) {
    const first = yield* copy.append(partition, some.map(({ copied }) => copied))
    if (first !== ends[partition]) return yield* new CopyDisturbed({ partition })
    ends[partition] = first + some.length
    for (const [at, { from }] of some.entries()) {
      // An offset that the log gave.
      if (options.hasLetter(from)) lettered.push({ from, to: { partition, offset: (first + at) as Offset } })
    }
  })

  const copyRange = (partition: PartitionId, from: number, until: number) =>
    Stream.runForEach(reader.read(partition, from, until), (records) => {
      const taken = new Map<PartitionId, Array<Taken>>()
      for (const record of records) {
        const copied = RecordCopy.of(record, options)
        if (copied === undefined) leftOut++
        else add(taken, copied.partition, { from: record, copied: copied.record })
      }
      return Effect.andThen(
        Effect.forEach(taken, ([to, some]) => append(to, some), { concurrency: SENDS_AT_ONCE, discard: true }),
        Effect.sync(() => onCopied(records.length))
      )
    })

  for (const { committed, partition, start } of log) yield* copyRange(partition, start, committed)
  const committed = [...ends]
  for (const { committed, end, partition } of log) yield* copyRange(partition, committed, end)
  const copied = ends.reduce((sum, end) => sum + end, 0)
  return { committed, copied, leftOut, lettered } satisfies CopiedLog
})

interface Taken {
  readonly from: LogRecord
  readonly copied: LogRecord
}

const add = (taken: Map<PartitionId, Array<Taken>>, partition: PartitionId, one: Taken): void => {
  const there = taken.get(partition)
  if (there === undefined) taken.set(partition, [one])
  else there.push(one)
}

/** What came late. */
export interface Late {
  /** Records that were found, those that are left out included. */
  readonly found: number
  /** The log up to where it is copied now. */
  readonly log: ReadonlyArray<SurveyedPartition>
}

/**
 * Copies what came to the log `before` behind its ends, after all of it was copied. The copy may be in use by then. A
 * record that is copied twice has one effect.
 */
export const late = Effect.fnUntraced(function*(before: ReadonlyArray<SurveyedPartition>, options: RecordCopy.Options) {
  const reader = yield* LogReader
  const copy = yield* LogCopy
  let found = 0
  const log = yield* Effect.forEach(before, (one) =>
    Effect.gen(function*() {
      const { end } = yield* reader.bounds(one.partition)
      if (end <= one.end) return one
      yield* Stream.runForEach(reader.read(one.partition, one.end, end), (records) => {
        found += records.length
        const kept = records.map((record) => RecordCopy.of(record, options)).filter((record) => record !== undefined)
        return Effect.forEach(
          Map.groupBy(kept, ({ partition }) => partition),
          ([partition, some]) => copy.append(partition, some.map(({ record }) => record)),
          { discard: true }
        )
      })
      return { ...one, end }
    }))
  return { found, log } satisfies Late
})
