/** How often one client may fail, by a clock of the test. */
import * as FailureLimit from "@flash-sale/infra/http/FailureLimit"
import { describe, expect, it } from "vitest"

const make = (bounds: Partial<FailureLimit.Bounds> = {}) => {
  let now = 1_000
  const limit = FailureLimit.make({ max: 3, window: 60_000, clients: 100, ...bounds }, () => now)
  const fail = (client: string, times: number) => {
    for (let n = 0; n < times; n++) limit.failed(client)
  }
  return { ...limit, fail, pass: (millis: number) => void (now += millis) }
}

describe("FailureLimit", () => {
  it("a client waits from its last allowed failure until its window ends, and others do not", () => {
    const { fail, isClean, pass, waitOf } = make()
    expect(isClean()).toBe(true)
    fail("a", 2)
    expect([waitOf("a"), isClean()]).toEqual([0, false])
    pass(10_000)
    fail("a", 1)
    expect([waitOf("a"), waitOf("b")]).toEqual([50_000, 0])
    pass(49_999)
    fail("a", 5)
    expect(waitOf("a")).toBe(1)
    pass(1)
    expect(waitOf("a")).toBe(0)
    fail("a", 1)
    expect(waitOf("a")).toBe(0)
    fail("a", 2)
    expect(waitOf("a")).toBe(60_000)
  })

  it("knows so many clients and no more: the oldest go, those whose windows have ended first", () => {
    const { fail, pass, waitOf } = make({ clients: 2 })
    fail("a", 3)
    fail("b", 3)
    pass(1)
    fail("c", 3)
    expect(["a", "b", "c"].map((client) => waitOf(client) > 0)).toEqual([false, true, true])
    pass(59_999)
    fail("d", 3)
    expect(["b", "c", "d"].map((client) => waitOf(client) > 0)).toEqual([false, true, true])
  })
})
