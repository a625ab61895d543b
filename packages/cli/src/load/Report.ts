/** The report of a run, as text. */
import type { BalanceCheck, ItemBalance } from "./BalanceCheck.ts"
import type { Tally } from "./Tally.ts"

const millis = (value: number): string => `${value.toFixed(1)} ms`

const perSecond = (tally: Tally, seconds: number): string =>
  `${seconds.toFixed(1)} s (${Math.round(tally.answered() / seconds)} a second)`

const answersOf = (tally: Tally): ReadonlyArray<string> => {
  const latencies = tally.latencies()
  return [
    ...tally.answers().map(([label, count]) => `  ${String(count).padStart(8)}  ${label}`),
    ...(tally.retries().length === 0 ? [] : ["Tries that were made again with the same request_id:"]),
    ...tally.retries().map(([why, count]) => `  ${String(count).padStart(8)}  ${why}`),
    ...(latencies === undefined ? [] : [
      "Latency, from the moment at which an order was to be sent:",
      `  p50 ${millis(latencies.p50)}, p90 ${millis(latencies.p90)}, p99 ${millis(latencies.p99)}, max ${
        millis(latencies.max)
      }`
    ])
  ]
}

/** What is known of a run that was interrupted, as text. */
export const interrupted = (tally: Tally, orders: number, seconds: number): string =>
  [
    `Interrupted after ${perSecond(tally, seconds)}: ${tally.sent()} of ${orders} orders were sent, ` +
    `${tally.answered()} answered:`,
    ...answersOf(tally),
    "The engine decides what it has accepted. The books were not checked."
  ].join("\n")

/** The report as text. `seconds` is how long the sending took. */
export const make = (
  tally: Tally,
  lines: ReadonlyArray<ItemBalance>,
  books: BalanceCheck,
  seconds: number
): string =>
  [
    `Answers to ${tally.answered()} orders in ${perSecond(tally, seconds)}:`,
    ...answersOf(tally),
    "Items:",
    ...lines.map(({ itemId, summary, put }) =>
      `  ${itemId}: put in ${put} = available ${summary.available} + held ${summary.held} + sold ${summary.sold}`
    ),
    `Accepted ${books.accepted} = completed ${books.completed}` +
    [...books.failed].map(([status, count]) => ` + ${status} ${count}`).join("") +
    (books.open === 0 ? "" : ` + missing or not final ${books.open}`),
    ...(books.wrong.length === 0 ? ["The books balance."] : ["THE BOOKS DO NOT BALANCE:"]),
    ...books.wrong.map((wrong) => `  ${wrong}`)
  ].join("\n")

/** The same for programs, as one object. */
export const json: typeof make = (tally, lines, books, seconds) =>
  JSON.stringify({
    answered: tally.answered(),
    seconds,
    answers: Object.fromEntries(tally.answers()),
    retries: Object.fromEntries(tally.retries()),
    latency_ms: tally.latencies() ?? null,
    items: lines.map(({ itemId, put, summary: { available, held, sold } }) => ({
      item_id: itemId,
      put,
      available,
      held,
      sold
    })),
    accepted: books.accepted,
    completed: books.completed,
    failed: Object.fromEntries(books.failed),
    open: books.open,
    wrong: books.wrong
  })
