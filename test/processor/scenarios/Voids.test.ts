/** Voids are bounded as charges are, go on while charges are held back, and none keeps another from its own. */
import { assert, describe, it } from "@effect/vitest"
import { AppendRefused, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import {
  ChargeRejected,
  type ChargeResult,
  type PaymentError,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { MAX_PAYMENTS_IN_FLIGHT, MAX_VOIDS_IN_FLIGHT } from "@flash-sale/processor/payment/PaymentSlots"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Clock, Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { counts, order, statusOf, stock } from "../Placing.ts"

const ITEM = "101"

type Settled = Effect.Effect<void, PaymentError>

/** A provider that says what the test wants, and a log that takes settlements only where the test wants it. */
const world = () => {
  const it = {
    charge: (_: string): Effect.Effect<ChargeResult, PaymentError> => Effect.never,
    void: (_: string): Settled => Effect.void,
    /** Keys, each time that a void is asked for, and when. */
    asked: new Array<{ readonly key: string; readonly at: number }>(),
    voided: new Set<string>(),
    now: 0,
    most: 0,
    takesSettlements: true
  }
  const provider = Layer.succeed(PaymentProvider, {
    charge: ({ key }) => Effect.suspend(() => it.charge(key)),
    lookUp: () => Effect.undefined,
    void: (key) =>
      Effect.gen(function*() {
        it.asked.push({ key, at: yield* Clock.currentTimeMillis })
        it.most = Math.max(it.most, ++it.now)
        yield* it.void(key)
        it.voided.add(key)
      }).pipe(Effect.ensuring(Effect.sync(() => it.now--)))
  })
  const log = Layer.effect(
    OrderLog,
    Effect.map(OrderLog, (sound) => ({
      ...sound,
      append: (record: LogRecord.NewRecord) =>
        Effect.suspend(() =>
          record.headers[LogRecord.Header.type] === "settle" && !it.takesSettlements
            ? Effect.fail(new AppendRefused({ detail: "not now" }))
            : sound.append(record)
        )
    }))
  )
  const layer = Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provide(provider),
    Layer.provideMerge(log),
    Layer.provideMerge(SqliteInfra.layerMemory),
    Layer.provideMerge(Logger.layer([]))
  )
  return { it, layer }
}

const pass = (duration: Duration.Input) =>
  Effect.repeat(TestClock.adjust("100 millis"), { times: Duration.toMillis(duration) / 100 })

const appendAll = (records: ReadonlyArray<LogRecord.NewRecord>) =>
  Effect.flatMap(OrderLog, (log) => Effect.forEach(records, log.append, { concurrency: "unbounded", discard: true }))

const names = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `r-${n}`)

const buy = (requests: ReadonlyArray<string>) =>
  Effect.andThen(
    appendAll([stock(ITEM, requests.length)]),
    appendAll(requests.map((request) => order(request, ITEM)))
  )

const cancel = (requests: ReadonlyArray<string>) =>
  appendAll(
    requests.map((request) =>
      LogRecord.encode(ItemId.make(ITEM), Command.Cancel({ requestId: RequestId.make(request), attempt: 1 }))
    )
  )

const run = <A, E>(
  test: (it: ReturnType<typeof world>["it"]) => Effect.Effect<A, E, Layer.Success<ReturnType<typeof world>["layer"]>>
) =>
  Effect.suspend(() => {
    const { it, layer } = world()
    return Effect.provide(test(it), layer)
  })

describe("Voids", () => {
  it.effect("go on while every charge that may be under way is held back", () =>
    run((it) =>
      Effect.gen(function*() {
        it.charge = (key) => Effect.fail(new ChargeRejected({ key, concerns: "us", detail: "401" }))
        const requests = names(MAX_PAYMENTS_IN_FLIGHT + 10)
        yield* buy(requests)
        yield* pass("5 seconds")
        yield* cancel([requests[0]!, requests.at(-1)!])
        yield* pass("5 seconds")
        assert.strictEqual(it.voided.size, 2)
        assert.deepStrictEqual([yield* statusOf(requests[0]!), yield* statusOf(requests.at(-1)!)], [
          "CANCELLED",
          "CANCELLED"
        ])
      })
    ), 60_000)

  it.effect("are asked for by so many at once, and all of them in the end", () =>
    run((it) =>
      Effect.gen(function*() {
        const requests = names(3 * MAX_VOIDS_IN_FLIGHT)
        it.void = () => Effect.sleep("1 second")
        yield* buy(requests)
        yield* pass("2 seconds")
        yield* cancel(requests)
        yield* pass("10 seconds")
        assert.strictEqual(it.most, MAX_VOIDS_IN_FLIGHT)
        assert.strictEqual(it.voided.size, requests.length)
        assert.deepStrictEqual(yield* counts(ITEM), {
          available: requests.length,
          held: 0,
          put: requests.length,
          sold: 0
        })
      })
    ), 60_000)

  it.effect(
    "wait for the log: no more are under way than have a place until their outcome is in it",
    () =>
      run((it) =>
        Effect.gen(function*() {
          const requests = names(3 * MAX_VOIDS_IN_FLIGHT)
          yield* buy(requests)
          yield* pass("2 seconds")
          it.takesSettlements = false
          yield* cancel(requests)
          yield* pass("10 seconds")
          assert.strictEqual(it.voided.size, MAX_VOIDS_IN_FLIGHT)
          it.takesSettlements = true
          yield* pass("10 seconds")
          assert.strictEqual((yield* counts(ITEM)).held, 0)
        })
      ),
    60_000
  )

  it.effect(
    "that are refused are asked for again, less and less often, and keep no other from its own",
    () =>
      run((it) =>
        Effect.gen(function*() {
          const requests = names(2 * MAX_VOIDS_IN_FLIGHT)
          const refused = new Set(requests.slice(0, MAX_VOIDS_IN_FLIGHT).map((request) => `${ITEM}:${request}:1`))
          let refuses = true
          it.void = (key) =>
            refuses && refused.has(key) ? Effect.fail(new PaymentUnknown({ key, detail: "503" })) : Effect.void
          yield* buy(requests)
          yield* pass("2 seconds")
          yield* cancel(requests)
          yield* pass("30 seconds")
          assert.strictEqual(it.voided.size, MAX_VOIDS_IN_FLIGHT)
          const [first = ""] = refused
          yield* pass("60 seconds")
          const times = it.asked.filter(({ key }) => key === first).map(({ at }) => at)
          const pauses = times.slice(1).map((at, n) => at - times[n]!)
          assert.isAtLeast(pauses[0]!, 160)
          assert.isAtLeast(pauses.at(-1)!, 8_000)
          assert.isAtMost(pauses.at(-1)!, 12_500)
          refuses = false
          yield* pass("20 seconds")
          assert.strictEqual(it.voided.size, requests.length)
          assert.strictEqual((yield* counts(ITEM)).held, 0)
        })
      ),
    60_000
  )
})
