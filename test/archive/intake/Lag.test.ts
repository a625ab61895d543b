/** How far the archive is behind. */
import { assert, describe, it } from "@effect/vitest"
import * as Lag from "@flash-sale/archive/intake/Lag"

describe("the lag of the archive", () => {
  it("is nothing where everything is read, however old it is", () => {
    const read = Lag.reached(Lag.sawEnd(Lag.begin(3, 50_000), 5, 60_000), 5, 10_000)
    assert.strictEqual(Lag.secondsOf(read), 0)
    assert.strictEqual(Lag.secondsOf(Lag.sawEnd(read, 5, 90_000)), 0)
  })

  it("is from the newest that is archived to the newest that was told", () => {
    const behind = Lag.sawEnd(Lag.reached(Lag.begin(3, 0), 4, 10_000), 9, 40_000)
    assert.strictEqual(Lag.secondsOf(behind), 30)
    // That nothing new is told makes it no longer.
    assert.strictEqual(Lag.secondsOf(Lag.sawEnd(behind, 9, 70_000)), 30)
    assert.strictEqual(Lag.secondsOf(Lag.sawEnd(behind, 10, 70_000)), 60)
    assert.strictEqual(Lag.secondsOf(Lag.reached(behind, 8, 35_000)), 5)
  })

  it("is that of the partition that is furthest behind", () => {
    const one = Lag.sawEnd(Lag.begin(0, 0), 1, 2_000)
    const other = Lag.sawEnd(Lag.begin(0, 0), 1, 7_000)
    assert.strictEqual(Lag.worst([one, other, Lag.begin(0, 0)]), 7)
    assert.strictEqual(Lag.worst([]), 0)
  })

  it("is never less than nothing, where clocks differ", () => {
    assert.strictEqual(Lag.secondsOf(Lag.sawEnd(Lag.reached(Lag.begin(0, 0), 1, 90_000), 2, 10_000)), 0)
  })
})
