/** A map whose oldest entry is found at once. */
import { assert, describe, it } from "@effect/vitest"
import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"
import { Effect, Schema } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

const Op = Schema.Struct({
  op: Schema.Literals(["set", "set", "delete", "shift", "oldest", "clear"]),
  key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
})

const pairOf = (entry: AgeOrderedMap.Entry<number, number> | undefined) =>
  entry === undefined ? undefined : [entry.key, entry.value] as const

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

const ENTRIES = 100_000
const CHURN = 100_000
/** How much faster it is than a `Map` at least; it is some fifteen times as fast. */
const MIN_RATIO = 3

/** How long half as many new entries take, each in place of the oldest, in milliseconds of this process. */
const forgetting = (map: { set: (key: number, value: number) => unknown; forgetOldest: () => unknown }): number => {
  for (let n = 0; n < ENTRIES; n++) map.set(n, n)
  const began = process.cpuUsage()
  for (let n = ENTRIES; n < ENTRIES * 1.5; n++) {
    map.forgetOldest()
    map.set(n, n)
  }
  return process.cpuUsage(began).user / 1_000
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
            assert.deepStrictEqual(pairOf(oldest), expected.all()[0])
            if (oldest !== undefined) assert.strictEqual(map.delete(oldest.key), expected.delete(oldest.key))
          } else if (op === "clear") {
            map.clear()
            expected.clear()
          } else assert.deepStrictEqual(pairOf(map.oldest()), expected.all()[0])
          assert.strictEqual(map.size(), expected.all().length)
          assert.strictEqual(map.get(key), expected.all().find(([known]) => known === key)?.[1])
          assert.strictEqual(map.has(key), expected.all().some(([known]) => known === key))
        }
      }),
    { arbitrary: { runs: 500, size: 80 } }
  )

  it("forgets the oldest of very many without passing over those that are gone", () => {
    const plain = new Map<number, number>()
    const ordered = AgeOrderedMap.make<number, number>()
    const slow = forgetting({
      set: (key, value) => plain.set(key, value),
      forgetOldest: () => plain.delete(plain.keys().next().value!)
    })
    const fast = forgetting({ set: ordered.set, forgetOldest: () => ordered.delete(ordered.oldest()!.key) })
    assert.isBelow(fast * MIN_RATIO, slow)
  })

  it("holds on to nothing that is gone, however long its oldest entry is not asked for", () => {
    const map = AgeOrderedMap.make<number, number>()
    map.set(-1, 0)
    assert.strictEqual(map.oldest()?.key, -1)
    setFlagsFromString("--expose-gc")
    const collect: () => void = runInNewContext("gc")
    const churn = (): number => {
      for (let n = 0; n < CHURN; n++) {
        for (let k = 0; k < 8; k++) map.set(n * 8 + k, n)
        for (let k = 0; k < 8; k++) map.delete(n * 8 + k)
      }
      collect()
      return process.memoryUsage().heapUsed
    }
    churn()
    const before = churn()
    assert.isBelow(churn() - before, CHURN * 100, "bytes of each of many changes stay")
    assert.strictEqual(map.oldest()?.key, -1)
  })
})
