/** How long the archive of an engine in one process leaves the thread to buyers. */
import { assert, it } from "@effect/vitest"
import * as Pace from "@flash-sale/archive/intake/Pace"

it("pauses four times as long as it took while the thread is busy, and a quarter while it is idle", () => {
  assert.closeTo(Pace.pauseOf(3, 1), 12, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0.5), 12, 1e-9)
  assert.closeTo(Pace.pauseOf(3, 0), 0.75, 1e-9)
  assert.closeTo(Pace.pauseOf(0, 0), 0, 1e-9)
})

it("pauses longer the busier the thread was", () => {
  const pauses = [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((busy) => Pace.pauseOf(10, busy))
  assert.deepStrictEqual(pauses, pauses.toSorted((one, other) => one - other))
  assert.strictEqual(new Set(pauses).size, pauses.length)
})
