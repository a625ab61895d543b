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
    ...(tally.actions().length === 0 ? [] : ["Calls about holds:"]),
    ...tally.actions().map(([label, count]) => `  ${String(count).padStart(8)}  ${label}`),
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

/** What the accepted orders have become; nothing of what none has become, but for those that are completed. */
const parts = (books: BalanceCheck): ReadonlyArray<readonly [name: string, count: number]> =>
  [
    ["completed", books.completed] as const,
    ...books.failed,
    ["expired", books.expired] as const,
    ["cancelled", books.cancelled] as const,
    ["refunded", books.refunded] as const,
    ["missing or not final", books.open] as const
  ].filter(([name, count]) => name === "completed" || count > 0)

const payments = ({ payments: { dueBack, sales, told } }: BalanceCheck): ReadonlyArray<string> =>
  told === 0 ? [] : [`Payments that shops have taken: ${told}, of them ${sales} for sales and ${dueBack} due back`]

/** What the engine says of items, orders and money, a line each. */
export const booksOf = (lines: ReadonlyArray<ItemBalance>, books: BalanceCheck): ReadonlyArray<string> => [
  "Items:",
  ...lines.map(({ itemId, summary, put }) =>
    `  ${itemId}: put in ${put} = available ${summary.available} + held ${summary.held} + sold ${summary.sold}`
  ),
  `Accepted ${books.accepted} = ${parts(books).map(([name, count]) => `${name} ${count}`).join(" + ")}`,
  ...payments(books)
]

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
    ...booksOf(lines, books),
    ...(books.wrong.length === 0 ? ["The books balance."] : ["THE BOOKS DO NOT BALANCE:"]),
    ...books.wrong.map((wrong) => `  ${wrong}`)
  ].join("\n")

/** The same for programs, as one object. */
export const json: typeof make = (tally, lines, books, seconds) =>
  JSON.stringify({
    answered: tally.answered(),
    seconds,
    answers: Object.fromEntries(tally.answers()),
    calls: Object.fromEntries(tally.actions()),
    retries: Object.fromEntries(tally.retries()),
    latency_ms: tally.latencies() ?? null,
    items: lines.map(({ itemId, open, put, summary: { available, held, sold } }) => ({
      item_id: itemId,
      put,
      available,
      held,
      sold,
      open
    })),
    accepted: books.accepted,
    completed: books.completed,
    failed: Object.fromEntries(books.failed),
    expired: books.expired,
    cancelled: books.cancelled,
    refunded: books.refunded,
    paid: { told: books.payments.told, sales: books.payments.sales, due_back: books.payments.dueBack },
    open: books.open,
    wrong: books.wrong
  })
