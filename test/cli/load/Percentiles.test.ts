import { it } from "@effect/vitest"
import * as Percentiles from "@flash-sale/cli/load/Percentiles"
import { Effect, Schema } from "effect"
import { describe, expect } from "vitest"

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe("Percentiles", () => {
  it("percentiles are values by the nearest rank", () => {
    expect(Percentiles.of(upTo(1000))).toEqual({ p50: 500, p90: 900, p99: 990, max: 1000 })
    expect(Percentiles.of([7])).toEqual({ p50: 7, p90: 7, p99: 7, max: 7 })
    expect(Percentiles.of([10, 9, 2])).toEqual({ p50: 9, p90: 10, p99: 10, max: 10 })
    expect(Percentiles.of([])).toBeUndefined()
  })

  it.effect.prop(
    "a percentile has its share of the values at or below it",
    [Schema.NonEmptyArray(Schema.Int), Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))],
    ([values, percent]) =>
      Effect.sync(() => {
        const sorted = [...values].toSorted((a, b) => a - b)
        const found = Percentiles.percentile(sorted, percent)!
        expect(values).toContain(found)
        const share = (sorted.filter((value) => value <= found).length / sorted.length) * 100
        expect(share).toBeGreaterThanOrEqual(percent)
        const below = (sorted.filter((value) => value < found).length / sorted.length) * 100
        expect(below <= percent).toBe(true)
      })
  )
})
