/** How many reads a second there may be that no order needs. */
import { assert, describe, it } from "@effect/vitest"
import * as ReadBudget from "@flash-sale/gateway/reads/ReadBudget"

describe("ReadBudget", () => {
  it("takes all of a request or nothing, and never more than the bound and what has come back", () => {
    let now = 0
    const budget = ReadBudget.make(100, () => now)
    assert.isTrue(budget.take(60))
    assert.isFalse(budget.take(50))
    assert.isTrue(budget.take(40))
    assert.isFalse(budget.take(1))
    now += 500
    assert.isFalse(budget.take(51))
    assert.isTrue(budget.take(50))
    // What is not used does not pile up.
    now += 3_600_000
    assert.isFalse(budget.take(101))
    assert.isTrue(budget.take(100))
    assert.isFalse(budget.take(1))
  })
})
