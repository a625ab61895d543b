/** What was seen of the engine within the last quarter of an hour: a number each second, for the plots. Pure. */
import type { Overview } from "../calls/Wire.ts"
import { sumOf } from "../words/Figures.ts"

/** How far back plots go, in seconds. */
export const WINDOW = 900
/** Two samples are at least so far apart, in seconds; one that comes sooner takes the place of the last. */
const APART = 0.9
/** Nothing was seen for so long: the line is broken, in seconds. */
const GAP = 5

export const SERIES = ["accepted", "refused", "failed", "behind", "paid", "unpaid"] as const
export type Series = typeof SERIES[number]

/** A column of each, as plots take them. */
export interface Samples {
  /** Seconds since 1970. */
  readonly times: ReadonlyArray<number>
  readonly values: Readonly<Record<Series, ReadonlyArray<number | null>>>
}

type Row = Readonly<Record<Series, number | null>>

const columns = (of: (name: Series) => ReadonlyArray<number | null>): Samples["values"] => ({
  accepted: of("accepted"),
  refused: of("refused"),
  failed: of("failed"),
  behind: of("behind"),
  paid: of("paid"),
  unpaid: of("unpaid")
})

export const NONE: Samples = { times: [], values: columns(() => []) }

const NOTHING: Row = { accepted: null, refused: null, failed: null, behind: null, paid: null, unpaid: null }

const rowOf = ({ gateways, processors: { lag, payments } }: Overview): Row => ({
  accepted: gateways.accepted_per_second,
  refused: sumOf(gateways.refused_per_second),
  failed: sumOf(gateways.failed_per_second),
  behind: lag.seconds,
  paid: payments.per_second["paid"] ?? 0,
  unpaid: sumOf(payments.per_second) - (payments.per_second["paid"] ?? 0)
})

const append = ({ times, values }: Samples, at: number, row: Row): Samples => {
  const oldest = times.findIndex((time) => time >= at - WINDOW)
  const from = oldest === -1 ? times.length : oldest
  return {
    times: [...times.slice(from), at],
    values: columns((name) => [...values[name].slice(from), row[name]])
  }
}

const withoutLast = ({ times, values }: Samples): Samples => ({
  times: times.slice(0, -1),
  values: columns((name) => values[name].slice(0, -1))
})

/** With what was seen at this moment, in seconds since 1970. */
export const seen = (samples: Samples, at: number, overview: Overview): Samples => {
  const last = samples.times.at(-1)
  if (last === undefined) return append(samples, at, rowOf(overview))
  if (at <= last || at - (samples.times.at(-2) ?? 0) < APART) {
    return append(withoutLast(samples), Math.max(at, samples.times.at(-2) ?? 0), rowOf(overview))
  }
  const whole = at - last > GAP ? append(samples, last + 1, NOTHING) : samples
  return append(whole, at, rowOf(overview))
}
