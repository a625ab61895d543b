/** Rates a second, out of counters that only grow: the difference between two looks, over the time between them. */
import { Effect } from "effect"
import * as Monotonic from "../../../time/Monotonic.ts"

/** How many digits after the point a rate has: counters grow by whole numbers, and looks are a second apart. */
const DIGITS = 2

/** The counters as they are now, by names of the caller's own; gives the rate of each. The first look gives none. */
export type Look = (counts: ReadonlyMap<string, number>) => ReadonlyMap<string, number>

/** The rates whose names begin with `prefix`, by the rest of their names; those that are 0 are left out. */
export const under = (rates: ReadonlyMap<string, number>, prefix: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...rates].flatMap(([name, rate]) => name.startsWith(prefix) && rate > 0 ? [[name.slice(prefix.length), rate]] : [])
  )

export const make: Effect.Effect<Look> = Effect.map(Monotonic.reader, (monotonic) => {
  let last: { readonly at: number; readonly counts: ReadonlyMap<string, number> } | undefined
  return (counts) => {
    const now = { at: monotonic(), counts }
    const before = last
    last = now
    const seconds = before === undefined ? 0 : (now.at - before.at) / 1000
    if (before === undefined || seconds <= 0) return new Map()
    const rateOf = (name: string, count: number): number =>
      Number((Math.max(0, count - (before.counts.get(name) ?? 0)) / seconds).toFixed(DIGITS))
    return new Map([...counts].map(([name, count]) => [name, rateOf(name, count)]))
  }
})
