/** Sums over what instances say. What was forged makes no sum that the schema of the overview would refuse. */
import { MAX_KINDS, type Rates } from "./Instance.ts"

/** The sum of one number of each, at most the largest whole number that is exact. */
export const sum = <A>(all: ReadonlyArray<A>, of: (one: A) => number): number =>
  Math.min(Number.MAX_SAFE_INTEGER, all.reduce((total, one) => total + of(one), 0))

/** Rates of the same code are added; the highest are kept, where there are more codes than one report may have. */
export const sumOfRates = (all: ReadonlyArray<Rates>): Rates => {
  const total = new Map<string, number>()
  for (const [code, rate] of all.flatMap((rates) => Object.entries(rates))) {
    total.set(code, Math.min(Number.MAX_SAFE_INTEGER, (total.get(code) ?? 0) + rate))
  }
  return Object.fromEntries([...total].toSorted(([, a], [, b]) => b - a).slice(0, MAX_KINDS))
}
