/** What was seen of the engine within the last quarter of an hour: a number each second, for the plots. Pure. */
import type { Overview, OverviewHistory } from "../calls/Wire.ts"
import { sumOf } from "../words/Figures.ts"

/** How far back plots go, in seconds. */
export const WINDOW = 900
/** Two samples are at least so far apart, in seconds; one that comes sooner takes the place of the last. */
const APART = 0.9
/** Nothing was seen for so long: the line is broken, in seconds. */
export const GAP = 12

export const SERIES = ["accepted", "refused", "failed", "behind", "paid", "declined", "unpaid"] as const
export type Series = typeof SERIES[number]

/** A column of each, as plots take them. */
export interface Samples {
  /** Seconds since 1970, by the engine's clock. */
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
  declined: of("declined"),
  unpaid: of("unpaid")
})

export const NONE: Samples = { times: [], values: columns(() => []) }

const NOTHING: Row = {
  accepted: null,
  refused: null,
  failed: null,
  behind: null,
  paid: null,
  declined: null,
  unpaid: null
}

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

const take = (samples: Samples, at: number, row: Row): Samples => {
  const [before = 0, last] = [samples.times.at(-2), samples.times.at(-1)]
  if (last === undefined) return append(samples, at, row)
  if (at <= last || at - before < APART) return append(withoutLast(samples), Math.max(at, before), row)
  return append(at - last > GAP ? append(samples, last + 1, NOTHING) : samples, at, row)
}

const secondsOf = (iso: string): number => Date.parse(iso) / 1_000

/** Payments that ended, by how: what was voided was not to be paid any more. */
const ofPayments = (rates: Readonly<Record<string, number>> | undefined) =>
  rates === undefined ? { paid: null, declined: null, unpaid: null } : {
    paid: rates["paid"] ?? 0,
    declined: rates["declined"] ?? 0,
    // No answer came, or the provider refuses us.
    unpaid: (rates["unknown"] ?? 0) + (rates["refused"] ?? 0)
  }

/** With what the engine tells of this moment. */
export const seen = (samples: Samples, { gateways, now, processors: { lag, payments } }: Overview): Samples =>
  take(samples, secondsOf(now), {
    accepted: gateways.accepted_per_second,
    refused: sumOf(gateways.refused_per_second),
    failed: sumOf(gateways.failed_per_second),
    behind: lag.seconds,
    ...ofPayments(payments.per_second)
  })

const isNothing = (row: Row): boolean => Object.values(row).every((value) => value === null)

/** What the engine remembers, as it stands in the samples. */
const rowsOf = ({ samples }: OverviewHistory): ReadonlyArray<readonly [at: number, row: Row]> =>
  samples.map((sample) => [secondsOf(sample.at), {
    accepted: sample.accepted_per_second,
    refused: sumOf(sample.refused_per_second),
    failed: sumOf(sample.failed_per_second),
    behind: sample.lag_seconds,
    ...ofPayments(sample.payments_per_second)
  }])

/** With what the engine remembers of times at which nothing was seen here: before, and in between. */
export const remembered = (samples: Samples, history: OverviewHistory): Samples => {
  const own = samples.times.map((at, place) => [at, row(samples, place)] as const).filter(([, of]) => !isNothing(of))
  const isMissing = (at: number) => own.every(([time]) => Math.abs(time - at) >= APART)
  const latest = own.at(-1)?.[0] ?? Infinity
  // Where they are seen each second nothing is missing.
  return [...own, ...rowsOf(history).filter(([at]) => at < latest && isMissing(at))]
    .toSorted(([one], [other]) => one - other)
    .reduce((all, [at, of]) => take(all, at, of), NONE)
}

const row = ({ values }: Samples, place: number): Row => {
  const at = (name: Series) => values[name][place] ?? null
  return {
    accepted: at("accepted"),
    refused: at("refused"),
    failed: at("failed"),
    behind: at("behind"),
    paid: at("paid"),
    declined: at("declined"),
    unpaid: at("unpaid")
  }
}
