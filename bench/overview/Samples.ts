/** What was measured of each figure, for each build. */
import * as Table from "../Table.ts"

export type Build = "before" | "now"

export interface Samples {
  readonly add: (name: string, build: Build, value: number) => void
  readonly of: (name: string, build: Build) => ReadonlyArray<number>
}

export const make = (): Samples => {
  const all = new Map<string, Array<number>>()
  const keyOf = (name: string, build: Build) => `${build} ${name}`
  return {
    add: (name, build, value) => {
      const key = keyOf(name, build)
      all.set(key, [...all.get(key) ?? [], value])
    },
    of: (name, build) => all.get(keyOf(name, build)) ?? []
  }
}

export interface Summary {
  readonly median: number
  readonly from: number
  readonly to: number
}

/** Undefined where nothing was measured. */
export const summaryOf = (values: ReadonlyArray<number>): Summary | undefined =>
  values.length === 0
    ? undefined
    : { median: Table.median(values), from: Math.min(...values), to: Math.max(...values) }
