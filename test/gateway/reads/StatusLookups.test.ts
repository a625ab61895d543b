/** Looks at orders while the store is slow: several round trips are under way, and none waits without a bound. */
import { assert, describe, it } from "@effect/vitest"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RequestId } from "@flash-sale/domain/records/Ids"
import { StoreBreaker } from "@flash-sale/gateway/guards/StoreBreaker"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import * as StatusLookups from "@flash-sale/gateway/reads/StatusLookups"
import { Duration, Effect, Exit, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"

const ROUND_TRIP = Duration.millis(300)
const asked = (question: Effect.Effect<unknown, unknown>) => question

const slow = Layer.mergeAll(
  Layer.mock(OrderStatuses, {
    readAll: (ids) => Effect.delay(Effect.succeed(ids.map(() => ({ _tag: "Unknown" as const }))), ROUND_TRIP)
  }),
  Layer.succeed(
    StoreBreaker,
    { ask: asked, askAside: asked, failedAt: () => Number.NEGATIVE_INFINITY } as StoreBreaker["Service"]
  ),
  UnknownOutcomes.layer
)

const look = (options: StatusLookups.Options, count: number) =>
  Effect.gen(function*() {
    const lookups = yield* StatusLookups.make(options)
    const ids = Array.from({ length: count }, (_, n) => RequestId.make(`r-${n}`))
    const all = yield* Effect.forkScoped(
      Effect.forEach(ids, (id) => Effect.exit(lookups.ask(id)), { concurrency: "unbounded" })
    )
    for (let n = 0; n < 40; n++) yield* TestClock.adjust("100 millis")
    return (yield* Fiber.join(all)).filter(Exit.isSuccess).length
  })

describe("Status look-ups at a slow store", () => {
  it.effect("share a few round trips at once, and who would wait longer than is useful is told so", () =>
    Effect.gen(function*() {
      const options = { capacity: 4_096, timeoutMillis: 1_000 }
      const many = 4 * 4 * StatusLookups.BATCH_SIZE
      const byOne = yield* look({ ...options, lines: 1 }, many)
      const byEight = yield* look({ ...options, lines: 8 }, many)
      assert.isBelow(byOne, many / 2)
      assert.strictEqual(byEight, many)
    }).pipe(Effect.scoped, Effect.provide(slow)))
})
