/** What went on in each piece of a run, of its answers. Pure. */
import type { Timeline } from "@flash-sale/pages/report/LoadReport"
import * as Percentiles from "../Percentiles.ts"

/** Lengths that a piece may have, in seconds; beyond the last one they double. */
const WIDTHS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60]
/** The most pieces of a run. */
export const MAX_PIECES = 150
/** Kinds of answers that have lines of their own, the most frequent; the others share one. */
export const MAX_KINDS = 6
const OTHERS = "others"

/** The answers of a run, in the order in which they came. */
export interface Answers {
  /** When each came, in milliseconds from the start. */
  readonly at: ReadonlyArray<number>
  /** How long after the moment at which its order was to be sent, in milliseconds. */
  readonly millis: ReadonlyArray<number>
  readonly kinds: ReadonlyArray<string>
}

const widthOf = (seconds: number): number => {
  const fits = (width: number) => seconds / width <= MAX_PIECES
  const found = WIDTHS.find(fits)
  if (found !== undefined) return found
  let width = WIDTHS.at(-1)!
  while (!fits(width)) width *= 2
  return width
}

/** The most frequent kinds, and for each answer whose line it is on. */
const linesOf = (kinds: ReadonlyArray<string>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const names = [...counts].toSorted(([, one], [, other]) => other - one).map(([name]) => name)
  return names.length <= MAX_KINDS ? names : [...names.slice(0, MAX_KINDS), OTHERS]
}

/** `seconds` is how long the run was. */
export const of = ({ at, kinds, millis }: Answers, seconds: number): Timeline => {
  const width = widthOf(seconds)
  const length = Math.max(1, Math.floor(seconds / width) + 1)
  const names = linesOf(kinds)
  const zeros = () => Array.from({ length }, () => 0)
  const [due, answered, lines] = [zeros(), zeros(), names.map(zeros)]
  const latencies = Array.from({ length }, (): Array<number> => [])
  const pieceOf = (moment: number) => Math.min(length - 1, Math.max(0, Math.floor(moment / 1_000 / width)))
  for (const [index, moment] of at.entries()) {
    const piece = pieceOf(moment)
    const latency = millis[index]!
    const line = names.indexOf(kinds[index]!)
    due[pieceOf(moment - latency)]!++
    answered[piece]!++
    lines[line === -1 ? names.length - 1 : line]![piece]!++
    latencies[piece]!.push(latency)
  }
  const rates = (counts: ReadonlyArray<number>) => counts.map((count) => Number((count / width).toPrecision(4)))
  const percentiles = latencies.map(Percentiles.of)
  const ofPercentile = (name: "p50" | "p90" | "p99") =>
    percentiles.map((found) => found === undefined ? null : Math.round(10 * found[name]) / 10)
  return {
    at: due.map((_, piece) => Math.round(100 * piece * width) / 100),
    due: rates(due),
    answered: rates(answered),
    outcomes: names.map((name, index) => ({ name, rates: rates(lines[index]!) })),
    p50: ofPercentile("p50"),
    p90: ofPercentile("p90"),
    p99: ofPercentile("p99")
  }
}
