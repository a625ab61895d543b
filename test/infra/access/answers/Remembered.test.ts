/** Callers that are remembered: within bounds, the oldest go first, and each for as long as it holds. */
import { assert, describe, it } from "@effect/vitest"
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import type { Identity } from "@flash-sale/domain/ports/Callers"
import * as Remembered from "@flash-sale/infra/access/answers/Remembered"

const identity: Identity = { _tag: "Identified", caller: { _tag: "Key", name: KeyName.make("a"), scopes: ["read"] } }
const always = { identity, from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }

describe("Remembered", () => {
  it("an answer holds from its first instant on, and not at its last", () => {
    const remembered = Remembered.make()
    remembered.keep("h", { identity, from: 10, until: 20 })
    assert.strictEqual(remembered.find("h", 10), identity)
    assert.strictEqual(remembered.find("h", 19), identity)
    assert.isUndefined(remembered.find("H", 19))
    assert.isUndefined(remembered.find("h", 20))
    // Gone for good: what was decided once is decided anew.
    assert.strictEqual(remembered.size(), 0)
    remembered.keep("h", { identity, from: 10, until: 20 })
    assert.isUndefined(remembered.find("h", 9))
  })

  it("the oldest go where there are too many", () => {
    const remembered = Remembered.make(3)
    for (const header of ["a", "b", "c", "a", "d"]) remembered.keep(header, always)
    assert.deepStrictEqual(["a", "b", "c", "d"].filter((header) => remembered.find(header, 0) !== undefined), [
      "a",
      "c",
      "d"
    ])
  })

  it("the oldest go where their headers are too long together, and one that is too long by itself is not kept", () => {
    const remembered = Remembered.make(100, 10)
    for (const header of ["aaaa", "bbbb", "cccc"]) remembered.keep(header, always)
    assert.deepStrictEqual([remembered.find("aaaa", 0), remembered.size()], [undefined, 2])
    remembered.keep("d".repeat(11), always)
    assert.strictEqual(remembered.size(), 0)
    // What is gone does not count any more.
    for (const header of ["eeeee", "fffff"]) remembered.keep(header, always)
    assert.strictEqual(remembered.size(), 2)
  })
})
