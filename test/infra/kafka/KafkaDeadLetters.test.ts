/** What only Kafka's dead letters promise: every reader reads them again from the topic. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as KafkaClient from "@flash-sale/infra/kafka/client/KafkaClient"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { LETTERS_KEPT } from "@flash-sale/infra/kafka/letters/DeadLetterFold"
import { Context, Effect, Layer, Logger, Schedule } from "effect"
import * as DeadLettersContract from "../../contract/DeadLettersContract.ts"
import * as LetterReaderContract from "../../contract/LetterReaderContract.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as MarkedLog from "./MarkedLog.ts"
import { settingsAt } from "./TestSettings.ts"

const address = needed(kafkaAddr())
const TEST_TIMEOUT = 30_000
/** For twenty thousand records. */
const LONG_TIMEOUT = 120_000
/** Letters that are put, or handled, at the same time. */
const AT_ONCE = 500

DeadLettersContract.suite("Kafka", KafkaInfra.layer(settingsAt(address)))
LetterReaderContract.suite("Kafka", KafkaInfra.layer(settingsAt(address)))

const aProcess = (settings: KafkaSettings) =>
  Effect.map(Layer.build(KafkaInfra.layer(settings)), Context.get(DeadLetters))

const letter = (offset: number) => ({
  partition: PartitionId.make(1),
  offset: Offset.make(offset),
  key: "101",
  value: Uint8Array.of(offset),
  error: "Payment Timeout" as const,
  correlationId: CorrelationId.make("c"),
  attempt: 1,
  timestamp: "2025-11-29T21:56:00.000Z"
})

const handling = (offset: number) => ({
  partition: PartitionId.make(1),
  offset: Offset.make(offset),
  action: "discarded" as const,
  by: "operator",
  why: "a test",
  timestamp: "2025-11-29T22:00:00.000Z"
})

/** Asks until the answer is there and is the one that is waited for. */
const eventually = <A, E>(ask: Effect.Effect<A, E>, isIt: (answer: A) => boolean) =>
  ask.pipe(
    Effect.flatMap((answer) => isIt(answer) ? Effect.succeed(answer) : Effect.fail("not yet" as const)),
    Effect.retry(Schedule.spaced("20 millis"))
  )

describe("KafkaDeadLetters", () => {
  it.live(
    "dead letters are seen by other processes, those that follow and those that come later",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address)
        const one = yield* aProcess(settings)
        const following = yield* aProcess(settings)
        yield* eventually(following.stats, ({ size }) => size === 0)
        yield* eventually(Effect.as(one.put(letter(1)), true), (isPut) => isPut)
        yield* one.put(letter(2))
        yield* one.handle(handling(1))
        const isSecond = (letters: ReadonlyArray<{ readonly offset: number }>) =>
          letters.length === 1 && letters[0]!.offset === 2
        const followed = yield* eventually(following.list(10), isSecond)
        const later = yield* aProcess(settings)
        // The first answer is right already: before it knows all, it gives none.
        const [first] = yield* eventually(later.list(10), () => true)
        assert.deepStrictEqual([...first!.value], [2])
        assert.deepStrictEqual([...followed[0]!.value], [2])
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live(
    "letters beyond those that are kept are listed when these are handled, by a process that begins then as well",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address)
        const one = yield* aProcess(settings)
        yield* eventually(one.stats, () => true)
        const beyond = 10
        const all = Array.from({ length: LETTERS_KEPT + beyond }, (_, n) => letter(n + 1))
        const isListed = (letters: ReadonlyArray<{ readonly offset: number }>) => letters.length === beyond
        yield* Effect.forEach(all, one.put, { concurrency: AT_ONCE, discard: true })
        yield* Effect.forEach(all.slice(0, LETTERS_KEPT), ({ offset }) => one.handle(handling(offset)), {
          concurrency: AT_ONCE,
          discard: true
        })
        const listed = yield* eventually(one.list(LETTERS_KEPT), isListed)
        assert.strictEqual(listed[0]!.offset, LETTERS_KEPT + 1)
        const later = yield* aProcess(settings)
        // Its first answer is right already.
        const first = yield* eventually(later.list(LETTERS_KEPT), () => true)
        assert.deepStrictEqual(first.map(({ offset }) => offset), listed.map(({ offset }) => offset))
      }).pipe(Effect.scoped),
    LONG_TIMEOUT
  )

  it.live("reading dead letters leaves no consumer group behind", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address)
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* aProcess(settings)
        yield* eventually(store.stats, ({ size }) => size === 0)
      }))
      const client = Context.get(yield* Layer.build(KafkaClient.layer(settings)), KafkaClient.KafkaClient)
      const { groups } = yield* client.ask("groups", (admin) => admin.listGroups())
      assert.deepStrictEqual(groups.filter(({ groupId }) => groupId.startsWith(settings.deadLettersTopic)), [])
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live(
    "a record that is missing from the topic is said once, and the letters behind it are shown",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address)
        const lines: Array<string> = []
        const one = yield* aProcess(settings)
        yield* eventually(Effect.as(one.put(letter(1)), true), (isPut) => isPut)
        const missing = yield* MarkedLog.mark(settings, 0, settings.deadLettersTopic)
        yield* one.put(letter(2))
        yield* MarkedLog.mark(settings, 0, settings.deadLettersTopic)
        yield* one.put(letter(3))
        const reading = yield* aProcess(settings).pipe(
          Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]))
        )
        const shown = yield* eventually(reading.list(10), (letters) => letters.length === 3)
        assert.deepStrictEqual(shown.map(({ offset }) => Number(offset)).toSorted(), [1, 2, 3])
        const said = lines.filter((line) => line.includes("is missing"))
        assert.strictEqual(said.length, 1)
        assert.include(said[0], `Record ${missing} of ${settings.deadLettersTopic} is missing: what it said is lost`)
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )
})
