/** Names of keys that are looked for, and those that were. */
import * as SoughtKeys from "@flash-sale/infra/access/tokens/SoughtKeys"
import { expect, it } from "vitest"

it("a name is settled by a request that began after it was heard, and succeeded", () => {
  const sought = SoughtKeys.make()
  expect(sought.isSettled("a")).toBe(false)
  sought.note("a")
  const first = sought.begin()
  sought.note("b")
  expect(sought.isSettled("a")).toBe(false)
  sought.succeeded(first)
  expect(["a", "b"].map(sought.isSettled)).toEqual([true, false])
  sought.note("c")
  // One that fails settles nothing.
  sought.begin()
  sought.note("b")
  expect(["a", "b", "c"].map(sought.isSettled)).toEqual([true, false, false])
  sought.succeeded(sought.begin())
  expect(["a", "b", "c"].map(sought.isSettled)).toEqual([true, true, true])
})

it("knows so many names and no more: those that were heard longest ago go", () => {
  const sought = SoughtKeys.make(2)
  sought.note("a")
  sought.note("b")
  sought.succeeded(sought.begin())
  sought.note("a")
  sought.note("c")
  expect(["a", "b", "c"].map(sought.isSettled)).toEqual([true, false, false])
})
