/**
 * A provider that gives no money back for a day: the refund waits and is shown, keeps nothing else from its end, asks
 * at a bounded rate, and is done once.
 */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ChargeRejected, type PaymentError, PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import { home } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as HoldWorld from "./HoldWorld.ts"

const { ITEM, actionsOf, live, pass, samples, told, total, units } = HoldWorld

const HOURS = 25
const HOUR = 3_600_000
/** The processor is started again in the middle. */
const RESTART_AT = 12
/** The longest that may be between two requests, in milliseconds: five minutes and the jitter, and a look. */
const LONGEST_GAP = 361_000
/** Requests of which the pauses still grow, after each start of a processor. */
const GROWING = 9
/** The least that is between two of the others, in milliseconds. */
const LEAST_GAP = 240_000

/** The log with the item's partition alone, as the others only cost time. */
const alone = Effect.gen(function*() {
  const log = yield* OrderLog
  const own = home(ITEM, yield* log.partitions)
  const consume: typeof log.consume = (worker) =>
    log.consume((owned) => owned.partition === own ? worker(owned) : owned.revoked)
  return { ...log, consume }
})

describe("A refund that the provider refuses for a day", () => {
  it.effect(
    "is pending all the time, holds up nothing, is asked for at a bounded rate, and is done once",
    () =>
      live(Effect.gen(function*() {
        const world = yield* HoldWorld.make(1_000)
        const start = Effect.provideServiceEffect(world.start, OrderLog, alone)
        const { buy, refund } = actionsOf(world)
        yield* start
        yield* buy("a", { amount: 2 })
        yield* pass("1 second")

        const asked: Array<number> = []
        world.provider.void = (key): Effect.Effect<void, PaymentError> =>
          Effect.flatMap(Monotonic.now, (now) => {
            asked.push(now)
            // Of each kind of failure: no answer, and a refusal.
            return Effect.fail(
              asked.length % 2 === 0
                ? new ChargeRejected({ key, concerns: "charge", detail: "422" })
                : new PaymentUnknown({ key, detail: "503" })
            )
          })
        yield* refund("a")
        yield* pass("1 second")

        const shown = new Set<string>()
        for (let hour = 0; hour < HOURS; hour++) {
          if (hour === RESTART_AT) {
            const before = total(yield* samples, "processor_fold_batch_records_sum")
            yield* world.stop
            yield* start
            yield* pass("1 second")
            // The commit is beyond the refund: nothing is read again.
            assert.strictEqual(total(yield* samples, "processor_fold_batch_records_sum"), before)
          }
          const other = `other-${hour}`
          yield* buy(other)
          yield* Effect.repeat(
            Effect.andThen(
              TestClock.adjust(HOUR / 60),
              Effect.map(told("a"), (one) => shown.add(`${one?.status} ${one?.refund}`))
            ),
            { times: 59 }
          )
          const found = yield* samples
          assert.deepStrictEqual(
            [
              (yield* told(other))?.status,
              total(found, "processor_partition_open_orders"),
              total(found, "processor_refunds_waiting")
            ],
            ["COMPLETED", 0, 1]
          )
        }
        assert.deepStrictEqual([...shown], ["COMPLETED pending"])
        const most = Math.ceil(HOURS * HOUR / LEAST_GAP) + 2 * GROWING
        assert.isAtMost(asked.length, most)
        const gaps = asked.slice(1).map((at, n) => at - asked[n]!)
        assert.isAtMost(Math.max(...gaps), LONGEST_GAP)

        world.provider.void = () => Effect.void
        yield* pass(LONGEST_GAP)
        assert.strictEqual((yield* told("a"))?.status, "REFUNDED")
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(world.provider.voided, ["101:a:1"])
        assert.deepStrictEqual(yield* units(), { available: 1_000 - HOURS, held: 0, sold: HOURS, stocked: 1_000 })
        assert.strictEqual(total(yield* samples, "processor_refunds_waiting"), 0)
        process.stdout.write(
          `a refund refused for ${HOURS} hours: ${asked.length} requests, at most ${
            Math.round(Math.max(...gaps) / 1_000)
          } s ` +
            `apart, ${asked.filter((at) => at - asked[0]! < HOUR).length} of them in the first hour\n`
        )
      })),
    120_000
  )
})
