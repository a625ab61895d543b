/** A map whose oldest entry is found at once. */
import { assert, describe, it } from "@effect/vitest"
import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"
import { Effect, Schema } from "effect"

const Op = Schema.Struct({
  op: Schema.Literals(["set", "set", "delete", "shift", "oldest", "clear"]),
  key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
})

/** Its word on what is the oldest: an array, the oldest first. */
const model = () => {
  let entries: Array<readonly [number, number]> = []
  return {
    set: (key: number, value: number) => {
      entries = [...entries.filter(([known]) => known !== key), [key, value]]
    },
    delete: (key: number) => {
      const before = entries.length
      entries = entries.filter(([known]) => known !== key)
      return entries.length < before
    },
    clear: () => void (entries = []),
    all: () => entries
  }
}

const FEW = 10_000
const MANY = 100_000
/** How much longer a forgetting may take with ten times as many entries; with a `Map` alone it is ten times as long. */
const MAX_RATIO = 4

/** The time for which the oldest entry of so many is replaced, in milliseconds an entry: the best of several. */
const forgetting = (entries: number): number => {
  const times = Array.from({ length: 5 }, () => {
    const map = AgeOrderedMap.make<number, number>()
    for (let n = 0; n < entries; n++) map.set(n, n)
    const began = performance.now()
    for (let n = entries; n < entries * 1.5; n++) {
      map.delete(map.oldest()![0])
      map.set(n, n)
    }
    return (performance.now() - began) / (entries / 2)
  })
  return Math.min(...times)
}

describe("AgeOrderedMap", () => {
  it.effect.prop(
    "is what an array says that has the oldest first",
    { ops: Schema.Array(Op) },
    ({ ops }) =>
      Effect.sync(() => {
        const map = AgeOrderedMap.make<number, number>()
        const expected = model()
        for (const [n, { key, op }] of ops.entries()) {
          if (op === "set") {
            map.set(key, n)
            expected.set(key, n)
          } else if (op === "delete") assert.strictEqual(map.delete(key), expected.delete(key))
          else if (op === "shift") {
            const oldest = map.oldest()
            assert.deepStrictEqual(oldest, expected.all()[0])
            if (oldest !== undefined) assert.strictEqual(map.delete(oldest[0]), expected.delete(oldest[0]))
          } else if (op === "clear") {
            map.clear()
            expected.clear()
          } else assert.deepStrictEqual(map.oldest(), expected.all()[0])
          assert.strictEqual(map.size(), expected.all().length)
          assert.strictEqual(map.get(key), expected.all().find(([known]) => known === key)?.[1])
          assert.strictEqual(map.has(key), expected.all().some(([known]) => known === key))
        }
      }),
    { arbitrary: { runs: 500, size: 80 } }
  )

  it("forgets the oldest of very many as fast as of few", () => {
    assert.isBelow(forgetting(MANY), forgetting(FEW) * MAX_RATIO)
  })
})
