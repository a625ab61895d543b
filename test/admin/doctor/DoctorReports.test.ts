/** Looks that are shared: how many there are, and what those are told who wait. */
import { assert, describe, it } from "@effect/vitest"
import * as DoctorReports from "@flash-sale/admin/doctor/DoctorReports"
import * as Check from "@flash-sale/operations/doctor/Check"
import { DateTime, Deferred, Effect, Fiber, References } from "effect"
import { TestClock } from "effect/testing"

const fine = Check.ok("kafka.address", "one broker")
const odd = Check.warning("redis.persistence", "appendonly is off", "turn it on")

/** Looks that are counted, and end when the test says so. */
const counted = Effect.gen(function*() {
  const looks = { count: 0, end: yield* Deferred.make<ReadonlyArray<Check.Finding>>() }
  const begun = yield* Deferred.make<void>()
  const look = Effect.suspend(() => {
    looks.count++
    return Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(looks.end))
  })
  return { begun: Deferred.await(begun), looks, reports: yield* DoctorReports.make(look) }
})

describe("Reports of doctor", () => {
  it.effect("who asks while a look goes on shares it, and it is kept for 10 s", () =>
    Effect.gen(function*() {
      const { begun, looks, reports } = yield* counted
      const waiting = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(reports.ask))
      yield* begun
      yield* Deferred.succeed(looks.end, [fine, odd])
      const [first, ...others] = yield* Effect.forEach(waiting, Fiber.join)
      assert.deepStrictEqual(others, [first, first])
      assert.strictEqual(looks.count, 1)
      assert.deepStrictEqual(first?.sums, { wrong: 0, warning: 1, not_looked_at: 0, ok: 1 })
      assert.deepStrictEqual(first?.findings.map(({ about, id }) => [id, about]), [
        ["redis.persistence", Check.CHECKS["redis.persistence"]],
        ["kafka.address", Check.CHECKS["kafka.address"]]
      ])
      yield* TestClock.adjust("9 seconds")
      yield* reports.ask
      assert.strictEqual(looks.count, 1)
      yield* TestClock.adjust("2 seconds")
      yield* reports.ask
      assert.strictEqual(looks.count, 2)
    }))

  it.effect("a look goes on where whoever asked first hangs up", () =>
    Effect.gen(function*() {
      const { begun, looks, reports } = yield* counted
      const gone = yield* Effect.forkChild(reports.ask)
      const stays = yield* Effect.forkChild(reports.ask)
      yield* begun
      yield* Fiber.interrupt(gone)
      yield* Deferred.succeed(looks.end, [fine])
      assert.strictEqual((yield* Fiber.join(stays)).status, "ok")
      assert.strictEqual(looks.count, 1)
    }))

  it.effect("others are answered at whatever moment the first one hangs up", () =>
    Effect.gen(function*() {
      const moments = [2, 3, 4, 5].flatMap((every) => Array.from({ length: 40 }, (_, steps) => [every, steps] as const))
      for (const [every, steps] of moments) {
        const { looks, reports } = yield* counted
        yield* Deferred.succeed(looks.end, [fine])
        // Leaves its thread after so few steps, so that it can be stopped there.
        const gone = yield* Effect.forkChild(Effect.provideService(reports.ask, References.MaxOpsBeforeYield, every))
        for (let n = 0; n < steps; n++) yield* Effect.yieldNow
        yield* Fiber.interrupt(gone)
        const waiting = yield* Effect.forkChild(reports.ask)
        for (let n = 0; n < 1_000 && waiting.pollUnsafe() === undefined; n++) yield* Effect.yieldNow
        assert.isDefined(waiting.pollUnsafe(), `nobody answers after ${steps} times ${every} steps`)
      }
    }))

  it.effect("a look without an end is given up after 90 s with 503, and the next one begins anew", () =>
    Effect.gen(function*() {
      const { begun, looks, reports } = yield* counted
      const asked = yield* Effect.forkChild(Effect.flip(reports.ask))
      yield* begun
      yield* TestClock.adjust(DoctorReports.WITHIN)
      assert.deepInclude(yield* Fiber.join(asked), { code: "overloaded", retryable: true })
      yield* Deferred.succeed(looks.end, [fine])
      yield* reports.ask
      assert.strictEqual(looks.count, 2)
    }))

  it("the report has the worst first, and says how bad it is: what nobody looked at is no judgement", () => {
    const [wrong, unknown] = [Check.wrong("folder.disk", "full", "make room"), Check.notLookedAt("folder.wal", "no")]
    const at = DateTime.makeUnsafe(0)
    const verdicts = (...findings: ReadonlyArray<Check.Finding>) => {
      const report = DoctorReports.reportOf(findings, at, 1.6)
      return [report.status, report.took_ms, ...report.findings.map(({ verdict }) => verdict)]
    }
    assert.deepStrictEqual(verdicts(fine, unknown, odd, wrong), ["wrong", 2, "wrong", "warning", "not_looked_at", "ok"])
    assert.deepStrictEqual(verdicts(fine, odd), ["warning", 2, "warning", "ok"])
    assert.deepStrictEqual(verdicts(unknown, fine), ["ok", 2, "not_looked_at", "ok"])
  })
})
