import { assert, describe, it } from "@effect/vitest"
import * as Endpoint from "@flash-sale/domain/webhooks/Endpoint"
import * as RetrySchedule from "@flash-sale/domain/webhooks/RetrySchedule"

describe("Which events an endpoint is told", () => {
  const cases: ReadonlyArray<readonly [globs: ReadonlyArray<string>, type: string, matches: boolean]> = [
    [["*"], "order.completed", true],
    [["order.*"], "order.completed", true],
    [["order.*"], "item.adjusted", false],
    [["order.completed"], "order.completed", true],
    [["order.completed"], "order.completed.twice", false],
    [["order.completed"], "an.order.completed", false],
    [["order.completed"], "orderxcompleted", false],
    [["*.refund*"], "order.refund_due", true],
    [["*.refund*"], "order.expired", false],
    [["sale.changed", "order.expired"], "order.expired", true],
    [["o*d"], "order.reserved", true],
    [["**"], "sale.changed", true],
    [["order.*order.completed"], "order.completed", false],
    [["*d*d"], "order.completed", true],
    [["*d*d*d"], "order.completed", false],
    [["*.com*completed"], "order.completed", false],
    [["*e*t*d"], "order.completed", true],
    [["*r.*"], "order.completed", true],
    [[`${"*".repeat(63)}d`], "order.completed", true],
    [[`${"*".repeat(63)}x`], "order.refund_requested", false],
    [[`${"*e".repeat(31)}x`], "order.refund_requested", false]
  ]
  it.each(cases)("%j and %s: %s", (globs, type, matches) => {
    const isTold = Endpoint.matcher(globs)
    assert.strictEqual(isTold(type), matches)
    assert.strictEqual(isTold(type), matches)
  })
})

describe("When a delivery is tried again", () => {
  const HOUR = 3_600_000
  const cases: ReadonlyArray<
    readonly [attempts: number, chance: number, retryAfter: number, wait: number | undefined]
  > = [
    [1, 0, 0, 5_000],
    [2, 0, 0, 300_000],
    [3, 0, 0, 1_800_000],
    [4, 0, 0, 2 * HOUR],
    [5, 0, 0, 5 * HOUR],
    [6, 0, 0, 10 * HOUR],
    [7, 0, 0, 14 * HOUR],
    [8, 0, 0, 20 * HOUR],
    [9, 0, 0, 24 * HOUR],
    [10, 0, 0, undefined],
    [10, 0.5, 90_000, undefined],
    [1, 0.5, 0, 5_250],
    [1, 0, 60_000, 60_000],
    [3, 0, 60_000, 1_800_000],
    [1, 0, 48 * HOUR, 24 * HOUR],
    [9, 0.999, 48 * HOUR, 95_031_360]
  ]
  it.each(cases)("after %s attempts, chance %s, asked for %s ms: %s", (attempts, chance, retryAfter, wait) => {
    assert.strictEqual(RetrySchedule.waitAfter(attempts, chance, retryAfter), wait)
  })

  it("never waits longer than a day and a tenth", () => {
    for (let attempts = 1; attempts <= RetrySchedule.WAITS.length; attempts++) {
      assert.isAtMost(RetrySchedule.waitAfter(attempts, 0.9999, 1e12)!, 26.4 * HOUR)
    }
  })
})
