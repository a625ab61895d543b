/** After one rebuild an archive has what the log tells: of any log that was cut, beside whoever fills the archive. */
import { assert, describe, it } from "@effect/vitest"
import type { TurnedAway } from "@flash-sale/domain/events/EventsOf"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Random } from "effect"
import { batch } from "../../contract/archive/Telling.ts"
import * as Histories from "../../domain/Histories.ts"
import * as LogOracle from "../LogOracle.ts"
import * as TestLog from "../TestLog.ts"
import * as TestWriter from "../TestWriter.ts"
import { type Log, run, takenIn } from "./Rebuilding.ts"

const { PARTITIONS, partition, recordsOf } = TestLog

/** A whole number from 0 to below the end, which counts as 1 at the least. */
const below = (end: number) => Random.nextIntBetween(0, Math.max(1, end), { halfOpen: true })

/** What the record that placed an order says of it: who tells of a later one may have it at hand, or not. */
const OF_PLACED = ["acceptedAt", "correlationId", "traceparent", "metadata"]

/** What the archive has. */
const contentOf = ({ events }: TestWriter.TestWriter) =>
  [...events].map(([name, { event: { data, sequence, time, type } }]) => {
    const rest = Object.entries(data).filter(([key]) => !OF_PLACED.includes(key))
    return `${name} ${type} ${sequence} ${time} ${JSON.stringify(rest)}`
  }).toSorted()

const toldOf = (log: Log, turnedAway: TurnedAway) =>
  LogOracle.told(log, PARTITIONS, turnedAway).map(({ event }) => event)
    .toSorted((one, other) => one.sequence - other.sequence)

/** Random histories of two items in one partition. */
const logs = (seed: string) =>
  Effect.map(
    Histories.histories(seed, 40, 12),
    (histories) =>
      histories.map((history, n) =>
        recordsOf(history.flatMap(({ command }, at) =>
          command._tag === "Unreadable" ? [] : [[(n + at) % 3 === 0 && at > 0 ? "102" : "101", command] as const]
        ))
      )
  )

/** The log without its end, and other records there: those of another log, or some of its own in other places. */
const writtenOn = Effect.fnUntraced(function*(log: Log, other: Log) {
  const cut = yield* below(log.length + 1)
  const tail: Array<Log[number]> = []
  const own = yield* Random.nextBoolean
  const most = yield* below(60)
  for (const record of own ? log.slice(cut) : other.slice(1)) {
    if (tail.length < most && (yield* below(4)) > 0) tail.push(record)
  }
  // The same moment is of the same record.
  const moved = tail.map((record, n) => ({ ...record, offset: Offset.make(cut + n), timestamp: 900_000 + cut + n }))
  return [...log.slice(0, cut), ...moved]
})

/** As whoever fills the archive takes events in. */
const readInto = ({ layer }: TestWriter.TestWriter, events: ReturnType<typeof toldOf>) =>
  Effect.gen(function*() {
    const { record } = yield* ArchiveWriter
    yield* Effect.orDie(record(batch(events.map(takenIn), { partition })))
  }).pipe(Effect.provide(layer))

/** Runs something before each call of a writer. */
const beside = (between: Effect.Effect<void>) =>
  Layer.effect(
    ArchiveWriter,
    Effect.map(ArchiveWriter, (writer) => {
      const first =
        <A extends ReadonlyArray<unknown>, B, E>(call: (...args: A) => Effect.Effect<B, E>) => (...args: A) =>
          Effect.andThen(between, call(...args))
      return ArchiveWriter.of({
        ...writer,
        add: first(writer.add),
        deleteUnexplained: first(writer.deleteUnexplained),
        rebuilt: first(writer.rebuilt),
        shorten: first(writer.shorten)
      })
    })
  )

/** One archive: whether it has what the log tells once all that was told is read. */
const story = Effect.fnUntraced(function*(old: Log, now: Log, turnedAway: TurnedAway) {
  const writer = TestWriter.make()
  const read = (events: ReturnType<typeof toldOf>) => readInto(writer, events)
  const before = toldOf(old, turnedAway)
  const isBehind = (yield* below(4)) === 0
  /** What is read only once the rebuild is under way: of the log that is gone. */
  const late = isBehind ? before.splice(yield* below(before.length)) : []
  yield* read(before)
  const events = toldOf(now, turnedAway)
  const counts = (length: number) =>
    toldOf(now.slice(0, length), turnedAway).filter(({ type }) => type === "item.refused")
  let length = yield* below(now.length + 1)
  let next = 0
  const readOn = Effect.gen(function*() {
    if ((yield* below(3)) === 0) length = Math.min(now.length, length + (yield* below(9)))
    if (late.length > 0) return yield* read(late.splice(0, 1 + (yield* below(6))))
    const some = events.slice(next, next + (yield* below(6))).filter(({ sequence }) => sequence < length)
    next += some.length
    // A worker that begins again tells some of it again.
    const again = (yield* below(5)) === 0 ? next - some.length - (yield* below(12)) : next - some.length
    yield* read(events.slice(Math.max(0, again), next).filter(({ type }) => type !== "item.refused"))
    if ((yield* below(4)) === 0) yield* read(counts(length))
  })
  if (yield* Random.nextBoolean) yield* Effect.repeat(readOn, { times: yield* below(8) })
  const size = 1 + (yield* below(50))
  const rebuild = run(() => now.slice(0, length), { turnedAway, size }).pipe(
    Effect.provide(Layer.provide(beside(readOn), writer.layer))
  )
  yield* rebuild
  yield* read(late)
  if (isBehind) yield* rebuild
  yield* read([...events.slice(next), ...counts(now.length)])
  const expected = TestWriter.make()
  yield* readInto(expected, events)
  assert.deepStrictEqual(contentOf(writer), contentOf(expected))
})

describe("an archive of a log that was cut and written on, rebuilt beside whoever fills it", () => {
  for (const turnedAway of ["told", "counted"] as const) {
    it.effect(`has what the log tells, where orders turned away are ${turnedAway}`, () =>
      Effect.gen(function*() {
        for (let seed = 0; seed < 4; seed++) {
          const all = yield* logs(`cut ${seed}`)
          for (const [n, old] of all.entries()) {
            const one = Effect.gen(function*() {
              yield* story(old, yield* writtenOn(old, all[(n + 1) % all.length]!), turnedAway)
            })
            yield* one.pipe(Random.withSeed(`${seed}/${n}`))
          }
        }
      }))
  }
})
