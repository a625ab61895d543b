/** The report of a run as one file for a browser: what was run, what came of it, and plots. */
import { release } from "@flash-sale/infra/http/Release"
import type { LoadReport, Named } from "@flash-sale/pages/report/LoadReport"
import type { BalanceCheck, ItemBalance } from "../BalanceCheck.ts"
import * as Report from "../Report.ts"
import type { Shares } from "../Shares.ts"
import type { Tally } from "../Tally.ts"
import * as Timeline from "./Timeline.ts"

/** What was run. */
export interface Run {
  readonly url: URL
  readonly orders: number
  readonly users: number
  readonly items: number
  readonly stock: number
  readonly rate: number
  readonly seed: number
  readonly tokens?: boolean
  readonly shares: Shares
}

const COUNT = new Intl.NumberFormat("en")
const count = (value: number): string => COUNT.format(value)
/** As seconds where it is very long. */
const millis = (value: number | undefined): string => {
  if (value === undefined) return "–"
  return value < 10_000 ? `${value.toFixed(1)} ms` : `${(value / 1_000).toFixed(1)} s`
}
const counted = (rows: ReadonlyArray<readonly [name: string, count: number]>): ReadonlyArray<Named> =>
  rows.map(([name, value]) => [name, count(value)])

const askedOf = ({ items, orders, rate, seed, shares, stock, tokens, url, users }: Run): ReadonlyArray<Named> => [
  ["Gateway", url.origin],
  ["Release of this command", release.version],
  ["Orders", count(orders)],
  ["Orders a second", count(rate)],
  ["Users", count(users)],
  ["Items", count(items)],
  ["Units of each item", count(stock)],
  ["Seed", String(seed)],
  ["Payment tokens", tokens === true ? "yes" : "no"],
  ...(shares.holds === 0 ? [] : ([
    ["Share of holds", String(shares.holds)],
    ["of them confirmed", String(shares.confirm)],
    ["of them paid for", String(shares.paid)],
    ["of them cancelled", String(shares.cancel)],
    ["Length of a hold", `${shares.holdSeconds} s`]
  ] as const))
]

/** Pure, but for the release. `endedAt` is ISO 8601. */
export const of = (
  run: Run,
  tally: Tally,
  lines: ReadonlyArray<ItemBalance>,
  books: BalanceCheck,
  endedAt: string
): LoadReport => {
  const seconds = tally.seconds()
  const latencies = tally.latencies()
  return {
    endedAt,
    asked: askedOf(run),
    figures: [
      ["Orders answered", count(tally.answered())],
      ["a second", count(Math.round(tally.answered() / Math.max(seconds, 0.001)))],
      ["Accepted", count(books.accepted)],
      ["Completed", count(books.completed)],
      ["p50", millis(latencies?.p50)],
      ["p99", millis(latencies?.p99)],
      ["Slowest", millis(latencies?.max)]
    ],
    tables: [
      { title: "Answers to orders", rows: counted(tally.answers()) },
      { title: "Calls about holds", rows: counted(tally.actions()) },
      { title: "Tries made again with the same id", rows: counted(tally.retries()) }
    ],
    books: Report.booksOf(lines, books),
    wrong: books.wrong,
    timeline: Timeline.of(tally.timed(), seconds)
  }
}
