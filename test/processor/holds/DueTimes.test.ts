/** When holds are over: one entry for each, by a clock that nobody sets, and cheap in the hundred thousands. */
import { assert, describe, it } from "@effect/vitest"
import { MAX_EXPIRIES } from "@flash-sale/domain/records/checkout/Checkout"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as DueTimes from "@flash-sale/processor/holds/DueTimes"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Taken } from "./OpenHolds.ts"

const ITEM = ItemId.make("101")
const OTHER = ItemId.make("102")
const BASE = Date.parse("2026-01-01T00:00:00Z")
const ALL = 1_000_000

const hold = (name: string, dueAt: number) => ({
  requestId: RequestId.make(name),
  correlationId: CorrelationId.make(`c-${name}`),
  dueAt
})
/** So many milliseconds after both clocks began, where nobody has set one of them. */
const after = (millis: number): DueTimes.BothClocks => ({ wall: BASE + millis, monotonic: 5_000 + millis })
const namesOf = (expired: ReadonlyArray<DueTimes.Expired>) =>
  expired.flatMap(({ orders }) => orders.map(({ requestId }) => requestId)).toSorted()

describe("DueTimes", () => {
  it("a hold is over at its time, and stays so until it ends", () => {
    const times = DueTimes.make(BASE)
    times.open(ITEM, hold("a", BASE + 1_000), after(0))
    times.open(ITEM, hold("b", BASE + 2_000), after(0))
    times.open(OTHER, hold("a", BASE + 3_000), after(0))
    assert.deepStrictEqual(times.over(after(900), ALL), [])
    assert.deepStrictEqual(times.over(after(1_000), ALL), [{
      itemId: ITEM,
      at: BASE + 1_000,
      orders: [{ requestId: RequestId.make("a"), attempt: 1, correlationId: CorrelationId.make("c-a") }]
    }])
    assert.deepStrictEqual(namesOf(times.over(after(2_000), ALL)), ["a", "b"])
    times.end(ITEM, RequestId.make("a"))
    times.end(ITEM, RequestId.make("a"))
    assert.deepStrictEqual(namesOf(times.over(after(2_000), ALL)), ["b"])
    assert.strictEqual(times.size(), 2)
    times.forget(ITEM)
    assert.deepStrictEqual(times.over(after(2_000), ALL), [])
    assert.strictEqual(times.size(), 1)
  })

  it("what was said to be over is said again after a while, and not before", () => {
    const times = DueTimes.make(BASE)
    times.open(ITEM, hold("a", BASE + 1_000), after(0))
    const [expired] = times.over(after(1_500), ALL)
    times.postpone(expired!, after(31_500).monotonic)
    assert.deepStrictEqual(times.over(after(31_000), ALL), [])
    assert.deepStrictEqual(namesOf(times.over(after(31_500), ALL)), ["a"])
  })

  it("a clock that is set neither lengthens nor shortens a hold that is known, nor says too early a time", () => {
    for (const step of [-3_600_000, 3_600_000]) {
      const times = DueTimes.make(BASE)
      times.open(ITEM, hold("a", BASE + 10_000), after(0))
      const set = (millis: number) => ({ ...after(millis), wall: after(millis).wall + step })
      // It is told again, as a record is read again.
      times.open(ITEM, hold("a", BASE + 10_000), set(5_000))
      assert.deepStrictEqual(times.over(set(9_900), ALL), [])
      const [expired] = times.over(set(10_000), ALL)
      assert.strictEqual(expired?.at, Math.max(BASE + 10_000, set(10_000).wall))
    }
  })

  it("no hold is said to be over at a time before its own, to the millisecond", () => {
    const times = DueTimes.make(BASE + 37)
    const dues = Array.from({ length: 500 }, (_, n) => BASE + 1_001 + n * 7)
    dues.forEach((dueAt, n) => times.open(ITEM, hold(`r-${n}`, dueAt), after(0)))
    for (let millis = 0; millis < 5_000; millis += 13) {
      // The clock goes so far behind that only the holds' own times are left.
      const expired = times.over({ wall: 0, monotonic: after(millis).monotonic }, ALL)
      for (const { at, orders } of expired) {
        for (const { requestId } of orders) {
          const dueAt = dues[Number(requestId.slice(2))]!
          assert.isAtLeast(at, dueAt)
          assert.isAtLeast(BASE + millis, dueAt)
        }
      }
      const over = dues.filter((dueAt) => dueAt + 100 <= BASE + millis).length
      assert.isAtLeast(namesOf(expired).length, over)
    }
  })

  it("holds that are over come in batches of one item, and no more than was asked for", () => {
    const times = DueTimes.make(BASE)
    for (let n = 0; n < 2 * MAX_EXPIRIES + 1; n++) times.open(ITEM, hold(`r-${n}`, BASE), after(0))
    times.open(OTHER, hold("r", BASE), after(0))
    assert.deepStrictEqual(times.over(after(100), ALL).map(({ itemId, orders }) => [itemId, orders.length]), [
      [ITEM, MAX_EXPIRIES],
      [ITEM, MAX_EXPIRIES],
      [ITEM, 1],
      [OTHER, 1]
    ])
    assert.strictEqual(namesOf(times.over(after(100), 700)).length, 700)
  })

  it("the most overdue hold is found, also when the one before it has ended", () => {
    const times = DueTimes.make(BASE)
    assert.isUndefined(times.overdueSince(BASE + ALL))
    times.open(ITEM, hold("a", BASE + 1_000), after(0))
    times.open(ITEM, hold("b", BASE + 2_000), after(0))
    times.open(OTHER, hold("c", BASE + 3_000), after(0))
    assert.isUndefined(times.overdueSince(BASE + 1_000))
    assert.strictEqual(times.overdueSince(BASE + 60_000), BASE + 1_000)
    times.end(ITEM, RequestId.make("a"))
    assert.strictEqual(times.overdueSince(BASE + 60_000), BASE + 2_000)
    times.end(ITEM, RequestId.make("b"))
    assert.strictEqual(times.overdueSince(BASE + 60_000), BASE + 3_000)
    assert.isUndefined(times.overdueSince(BASE + 2_500))
  })
})

describe("100,000 open holds", () => {
  it("take less than 200 bytes each, ids included, and hardly any time while none is over", () => {
    const path = fileURLToPath(new URL("./OpenHolds.ts", import.meta.url))
    const taken: Taken = JSON.parse(execFileSync(process.execPath, [path], { encoding: "utf8" }))
    const { bytes, left, millis, over, share } = taken
    process.stdout.write(
      `${bytes.toFixed(0)} bytes each, ${(share * 100).toFixed(3)} % of the time, all over in ${millis.toFixed(0)} ms\n`
    )
    assert.isAtMost(bytes, 200)
    assert.isAtMost(share, 0.02)
    assert.deepStrictEqual({ left, over }, { left: 100_000, over: 100_000 })
  })
})
