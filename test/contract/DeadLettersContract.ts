/**
 * What every store of dead letters promises. It may hold other letters: the suite names its own by a place in the log
 * that nobody else has.
 */
import { assert, layer } from "@effect/vitest"
import { type DeadLetter, DeadLetters, type Handling } from "@flash-sale/domain/ports/DeadLetters"
import * as LetterQuery from "@flash-sale/domain/ports/LetterQuery"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer, Schedule } from "effect"
import { randomInt } from "node:crypto"
import * as HistorySeeds from "../domain/HistorySeeds.ts"

type Store = DeadLetters["Service"]

const TEST_TIMEOUT = 30_000
/** More than the suite puts. */
const ALL = 10_000

const letter = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  partition: PartitionId.make(randomInt(0, 12)),
  offset: Offset.make(randomInt(1, 2 ** 47)),
  key: "101",
  value: Uint8Array.of(0x7b, 0x22, 0xff, 0x00, 0xfe),
  error: "Payment Timeout",
  requestId: RequestId.make("réq 1"),
  correlationId: CorrelationId.make("corr-1"),
  attempt: 2,
  price: 1_999,
  currency: "EUR",
  timestamp: "2025-11-29T21:56:00.000Z",
  ...change
})

const handling = ({ offset, partition }: DeadLetter, action: Handling["action"] = "discarded"): Handling => ({
  partition,
  offset,
  action,
  by: "operator",
  why: "a test",
  timestamp: "2025-11-29T22:00:00.000Z"
})

const same = (a: Pick<DeadLetter, "partition" | "offset">, b: Pick<DeadLetter, "partition" | "offset">): boolean =>
  a.partition === b.partition && a.offset === b.offset

/** The store may take a moment to know what it holds. */
const ready = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.retry(effect, Schedule.spaced("20 millis"))

/** Whether it is listed, and how often. */
const listed = (store: Store, one: DeadLetter) =>
  Effect.map(ready(store.list(ALL)), (letters) => letters.filter((other) => same(one, other)))

export const suite = <E>(name: string, adapter: Layer.Layer<DeadLetters, E>) =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`DeadLetters (${name})`, (it) => {
    it.effect("a letter is kept byte for byte, and counted", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        const before = yield* ready(store.stats)
        const one = letter()
        yield* store.put(one)
        const [found] = yield* listed(store, one)
        assert.deepStrictEqual({ ...found!, value: [...found!.value] }, { ...one, value: [...one.value] })
        const after = yield* store.stats
        assert.strictEqual(after.size, before.size + 1)
        assert.isAtMost(after.oldestAt!, Date.parse(one.timestamp))
      }), TEST_TIMEOUT)

    it.effect("a letter without a key and a request is kept", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        const { key: _key, requestId: _requestId, ...one } = letter({
          value: new Uint8Array(0),
          error: "Invalid Order Format"
        })
        yield* store.put(one)
        const [found] = yield* listed(store, one)
        assert.deepStrictEqual({ ...found!, value: [...found!.value] }, { ...one, value: [] })
      }), TEST_TIMEOUT)

    it.effect(
      "a letter of a confirmation is kept with whose order it is about, and open letters are counted by reason",
      () =>
        Effect.gen(function*() {
          const store = yield* DeadLetters
          const before = yield* ready(store.stats)
          const one = letter({ error: "Payment Without Order", userId: UserId.make("u@1.x"), amount: 3 })
          yield* store.put(one)
          yield* store.put(letter())
          const [found] = yield* listed(store, one)
          assert.deepStrictEqual({ ...found!, value: [...found!.value] }, { ...one, value: [...one.value] })
          const { byReason, size } = yield* store.stats
          assert.deepStrictEqual(byReason, {
            ...before.byReason,
            "Payment Without Order": before.byReason["Payment Without Order"] + 1,
            "Payment Timeout": before.byReason["Payment Timeout"] + 1
          })
          assert.strictEqual(Object.values(byReason).reduce((sum, count) => sum + count, 0), size)
          yield* store.handle(handling(one))
          const due = (yield* store.stats).byReason["Payment Without Order"]
          assert.strictEqual(due, before.byReason["Payment Without Order"])
        }),
      TEST_TIMEOUT
    )

    it.effect("a letter has the metadata of its order", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        for (const metadata of HistorySeeds.metadata) {
          const one = letter(metadata === undefined ? {} : { metadata })
          yield* store.put(one)
          const [found] = yield* listed(store, one)
          assert.deepStrictEqual({ ...found!, value: [...found!.value] }, { ...one, value: [...one.value] })
        }
      }), TEST_TIMEOUT)

    it.effect("a letter that is put again is the same letter", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        const before = yield* ready(store.stats)
        const one = letter()
        yield* store.put(one)
        yield* store.put({ ...one, timestamp: "2025-11-30T00:00:00.000Z" })
        assert.strictEqual((yield* listed(store, one)).length, 1)
        assert.strictEqual((yield* store.stats).size, before.size + 1)
      }), TEST_TIMEOUT)

    it.effect("two unreadable records are two letters", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        const one = letter()
        const other = { ...one, offset: Offset.make(one.offset + 1) }
        yield* Effect.forEach([one, other], store.put, { discard: true })
        assert.strictEqual((yield* listed(store, one)).length, 1)
        assert.strictEqual((yield* listed(store, other)).length, 1)
      }), TEST_TIMEOUT)

    it.effect(
      "a handled letter stays handled, whether the mark or the letter comes first",
      () =>
        Effect.gen(function*() {
          const store = yield* DeadLetters
          const before = yield* ready(store.stats)
          const putFirst = letter()
          yield* store.put(putFirst)
          yield* store.handle(handling(putFirst, "replayed"))
          const markedFirst = letter()
          yield* store.handle(handling(markedFirst))
          yield* store.put(markedFirst)
          yield* store.put(putFirst)
          yield* store.handle(handling(putFirst))
          assert.deepStrictEqual(yield* listed(store, putFirst), [])
          assert.deepStrictEqual(yield* listed(store, markedFirst), [])
          assert.strictEqual((yield* store.stats).size, before.size)
        }),
      TEST_TIMEOUT
    )

    it.effect("a letter is found by its id, with the first operator who handled it", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        const one = letter()
        assert.deepStrictEqual(yield* ready(store.find(one)), { _tag: "Unknown" })
        yield* store.put(one)
        const found = yield* store.find(one)
        assert.deepStrictEqual(found._tag === "Open" ? [...found.letter.value] : found, [...one.value])
        yield* store.handle(handling(one, "replayed"))
        yield* store.handle({ ...handling(one), by: "another" })
        const marked = yield* store.find(one)
        assert.deepStrictEqual({ ...marked }, { _tag: "Handled", handling: handling(one, "replayed") })
      }), TEST_TIMEOUT)

    it.effect("letters are listed from the oldest on, up to a limit", () =>
      Effect.gen(function*() {
        const store = yield* DeadLetters
        const times = [3, 1, 2].map((second) => `2001-01-01T00:00:0${second}.000Z`)
        const put = times.map((timestamp) => letter({ timestamp }))
        yield* Effect.forEach(put, store.put, { discard: true })
        const mine = (yield* ready(store.list(ALL))).filter((one) => put.some((other) => same(one, other)))
        assert.deepStrictEqual(mine.map(({ timestamp }) => timestamp), times.toSorted())
        const all = yield* store.list(ALL)
        const two = yield* store.list(2)
        assert.deepStrictEqual(two, all.slice(0, 2))
        assert.strictEqual((yield* store.stats).oldestAt, Date.parse(all[0]!.timestamp))
      }), TEST_TIMEOUT)

    it.effect(
      "letters are listed a page after the other, and those alone that are meant",
      () =>
        Effect.gen(function*() {
          const store = yield* DeadLetters
          const item = ItemId.make(`item-${randomInt(2 ** 47)}`)
          const second = (at: number) => `2002-01-01T00:00:0${at}.000Z`
          const put = [3, 1, 2, 2, 2, 5].map((at, n) =>
            letter({
              timestamp: second(at),
              key: item,
              offset: Offset.make(1_000 * randomInt(2 ** 37) + n),
              ...(n === 5 ? { error: "Invalid Order Format" } : {})
            })
          )
          yield* Effect.forEach(put, store.put, { discard: true })
          const all = yield* ready(store.list(ALL, { item }))
          const ages = put.toSorted(LetterQuery.compare)
          assert.deepStrictEqual(all.map(({ offset }) => offset), ages.map(({ offset }) => offset))
          for (let n = 0; n < all.length; n++) {
            const page = yield* store.list(2, { item, after: all[n]! })
            assert.deepStrictEqual(page, all.slice(n + 1, n + 3))
          }
          // The letter of a cursor may have been handled meanwhile.
          yield* store.handle(handling(all[1]!))
          assert.deepStrictEqual(yield* store.list(1, { item, after: all[1]! }), [all[2]!])
          const times = (query: Parameters<Store["list"]>[1]) =>
            Effect.map(store.list(ALL, { item, ...query }), (found) => found.map(({ timestamp }) => timestamp))
          assert.deepStrictEqual(yield* times({ reason: "Invalid Order Format" }), [second(5)])
          assert.strictEqual((yield* times({ putBy: Date.parse(second(2)) })).length, 3)
          assert.strictEqual((yield* times({ putBy: Date.parse(second(2)) - 1 })).length, 1)
          assert.deepStrictEqual(yield* times({ reason: "Payment Without Order" }), [])
        }),
      TEST_TIMEOUT
    )
  })
