/** What every reader of letters promises. The store may hold others: the suite reads behind what is there. */
import { assert, layer } from "@effect/vitest"
import { type DeadLetter, DeadLetters, type Handling } from "@flash-sale/domain/ports/DeadLetters"
import { type LetterEntry, LetterReader } from "@flash-sale/domain/ports/LetterReader"
import { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer, Schedule, Stream } from "effect"
import { randomInt } from "node:crypto"

const TEST_TIMEOUT = 60_000
/** Letters of the suite: more than one batch of any adapter. */
const MANY = 600

const letter = (offset: number): DeadLetter => ({
  partition: PartitionId.make(3),
  offset: Offset.make(offset),
  key: "101",
  value: Uint8Array.of(0x7b, 0x22, 0xff, 0x00, 0xfe),
  error: "Payment Timeout",
  requestId: RequestId.make(`r-${offset}`),
  correlationId: CorrelationId.make("corr-1"),
  attempt: 2,
  timestamp: "2025-11-29T21:56:00.000Z"
})

const handling = ({ offset, partition }: DeadLetter): Handling => ({
  partition,
  offset,
  action: "discarded",
  by: "operator",
  why: "a test",
  timestamp: "2025-11-29T22:00:00.000Z"
})

const nameOf = (entry: LetterEntry): string =>
  entry._tag === "Letter" ? `letter ${entry.letter.offset}` : `handled ${entry.handling.offset}`

/** The store may take a moment until it can be asked. */
const ready = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, Schedule.spaced("20 millis"))

/** The first partition, in which letters are put. */
const first = Effect.gen(function*() {
  const { partitions } = yield* LetterReader
  const [found] = yield* ready(partitions)
  return found!
})

const readAll = (from: number, until: number) =>
  Effect.gen(function*() {
    const { read } = yield* LetterReader
    const batches = yield* Stream.runCollect(read(PartitionId.make(0), Offset.make(from), Offset.make(until)))
    return { entries: batches.flatMap(({ entries }) => entries), nexts: batches.map(({ next }) => Number(next)) }
  })

const put = (letters: ReadonlyArray<DeadLetter>) =>
  Effect.gen(function*() {
    const store = yield* DeadLetters
    yield* Effect.forEach(letters, (one) => ready(store.put(one)), { discard: true })
  })

export const suite = <E>(name: string, adapter: Layer.Layer<DeadLetters | LetterReader, E>) =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`LetterReader (${name})`, (it) => {
    it.effect(
      "what was put is read in its order, byte for byte, and on from every position",
      () =>
        Effect.gen(function*() {
          const at = randomInt(1, 2 ** 47)
          const [one, two] = [letter(at), letter(at + 1)]
          yield* put([one])
          const { end: from } = yield* first
          yield* put([two])
          yield* (yield* DeadLetters).handle(handling(one))
          const { end: until } = yield* first
          assert.strictEqual(until - from, 2)
          const { entries, nexts } = yield* readAll(from, until)
          assert.deepStrictEqual(entries, [
            { _tag: "Letter", letter: two },
            { _tag: "Handled", handling: handling(one) }
          ])
          assert.strictEqual(nexts.at(-1), until)
          const rest = yield* readAll(from + 1, until)
          assert.deepStrictEqual(rest.entries.map(nameOf), [`handled ${one.offset}`])
        }),
      TEST_TIMEOUT
    )

    it.effect("nothing is read where nothing is", () =>
      Effect.gen(function*() {
        const { end } = yield* first
        assert.deepStrictEqual((yield* readAll(end, end)).entries, [])
      }), TEST_TIMEOUT)

    it.effect("many are read in batches whose positions go on where the next begins", () =>
      Effect.gen(function*() {
        const at = randomInt(1, 2 ** 47)
        const letters = Array.from({ length: MANY }, (_, n) => letter(at + n))
        const { end: from } = yield* first
        yield* put(letters)
        const { end: until } = yield* first
        const { entries, nexts } = yield* readAll(from, until)
        assert.deepStrictEqual(entries.map(nameOf), letters.map(({ offset }) => `letter ${offset}`))
        assert.deepStrictEqual(nexts, nexts.toSorted((a, b) => a - b))
        const middle = nexts[0]!
        assert.strictEqual((yield* readAll(middle, until)).entries.length, until - middle)
      }), TEST_TIMEOUT)
  })
