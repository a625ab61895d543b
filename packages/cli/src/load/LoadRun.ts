/** A load run: stock, an open loop of buyers, the wait for the last answers, and the books. */
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import type { RulesError } from "@flash-sale/operations/append/RulesFirst"
import * as KnownItem from "@flash-sale/operations/items/KnownItem"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Console, DateTime, Effect, Option, type Redacted } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as AtOnce from "./AtOnce.ts"
import * as AwaitFinal from "./AwaitFinal.ts"
import * as BalanceCheck from "./BalanceCheck.ts"
import * as Buyer from "./Buyer.ts"
import * as HtmlFile from "./html/HtmlFile.ts"
import * as HtmlReport from "./html/HtmlReport.ts"
import * as Plan from "./Plan.ts"
import * as Report from "./Report.ts"
import * as Sending from "./Sending.ts"
import type { Shares } from "./Shares.ts"
import * as Steps from "./Steps.ts"
import * as Tally from "./Tally.ts"

/** Orders that may be under way or about to be sent. When all are, later ones are late, and that counts. */
const MAX_UNDER_WAY = 2_048
/** Open orders of an item that are asked for at the end of a run. */
const OPEN_PAGE = 1_000
/** Characters of a fresh id that name a run. */
const NAME_LENGTH = 10

export interface LoadOptions extends Plan.PlanOptions {
  readonly shares: Shares

  readonly stock: number
  /** Orders a second. */
  readonly rate: number
  readonly url: URL
  /** What all buyers and shops of the run send, where there is one. */
  readonly key: Redacted.Redacted<string> | undefined
  /** Prints the report as one object. */
  readonly json: boolean
  /** Where the report is written for a browser, too; nowhere where it is undefined. */
  readonly html: string | undefined
}

/** Fails where the books do not balance or nothing could be tried. */
export const run = Effect.fn("LoadRun.run")(function*(options: LoadOptions) {
  if (options.html !== undefined) yield* HtmlFile.check(options.html)
  const name = (yield* StockChange.freshId).slice(0, NAME_LENGTH)
  const buyers = yield* Buyer.make(options.url, options.key)
  yield* Effect.mapError(
    buyers.knock,
    ({ why }) =>
      CommandFailed.unreachable(
        `no gateway answers at ${options.url.origin} (${why}): start one with npm start, or name it by --url`
      )
  )
  const items = Plan.items(name, options.items)
  yield* Effect.forEach(items, (item) => putIn(item, options.stock), { concurrency: "unbounded", discard: true })

  const tally = Tally.make()
  const steps = yield* Steps.make(yield* Plan.make(name, options.rate, options), options.shares, options.seed)
  const startedAt = yield* Monotonic.now
  const books = yield* sendAll(options, items, buyers, tally, steps, startedAt).pipe(
    Effect.onInterrupt(() =>
      Effect.flatMap(
        Monotonic.now,
        (now) => Console.log(Report.interrupted(tally, options.orders, (now - startedAt) / 1_000))
      )
    )
  )
  if (books.wrong.length > 0) return yield* CommandFailed.failed("the books do not balance")
})

/** Sends the orders, waits until those that were accepted are final, and prints the report. */
const sendAll = Effect.fnUntraced(function*(
  options: LoadOptions,
  items: ReadonlyArray<ItemId>,
  buyers: Buyer.Buyers,
  tally: Tally.Tally,
  steps: ReadonlyArray<Steps.Step>,
  startedAt: number
) {
  const { actions, orders, run } = yield* Sending.make(buyers, tally, steps, startedAt)
  yield* Progress.during(AtOnce.run(steps, MAX_UNDER_WAY, run), () =>
    tally.answered() < orders || actions === 0
      ? Progress.line("orders answered", tally.answered(), orders)
      : Progress.line("calls about holds answered", tally.acted(), actions))

  const doubtful = yield* AwaitFinal.known(tally.doubtful())
  const accepted = [...tally.accepted(), ...doubtful]
  let final = 0
  const awaited: AwaitFinal.Awaited = {
    orders: accepted,
    payments: new Map(tally.payments().map(({ order, reference }) => [order.requestId, reference])),
    holdSeconds: options.shares.holdSeconds,
    partitions: yield* Target.bounded(Effect.flatMap(OrderLog, ({ partitions }) => partitions))
  }
  const fates = yield* Progress.during(
    AwaitFinal.settle(awaited, (count) => {
      final = count
    }),
    () => Progress.line("accepted orders final", final, accepted.length)
  )
  const lines = yield* Effect.forEach(items, (itemId) => balance(itemId, options.stock, awaited.partitions))
  const books = BalanceCheck.make(lines, fates)
  yield* Console.log((options.json ? Report.json : Report.make)(tally, lines, books, tally.seconds()))
  if (options.html !== undefined) {
    const endedAt = DateTime.formatIso(yield* DateTime.now)
    yield* HtmlFile.write(options.html, HtmlReport.of(options, tally, lines, books, endedAt))
  }
  return books
})

/** The counts of an item, and how many orders it keeps as open: of very many, those of one page. */
const balance = (itemId: ItemId, put: number, partitions: number) =>
  Target.bounded(Effect.gen(function*() {
    const summary = yield* KnownItem.read(itemId)
    const store = yield* ItemStore
    const { orders } = yield* store.openOrders(home(itemId, partitions), itemId, undefined, OPEN_PAGE)
    const line: BalanceCheck.ItemBalance = { itemId, put, summary, open: orders.length }
    return line
  }))

type Errors = RulesError | ItemDamaged | CommandFailed.CommandFailed

const putIn = Effect.fnUntraced(function*(
  itemId: ItemId,
  target: number
): Effect.fn.Return<void, Errors, OrderLog | ItemStore> {
  const command = yield* StockChange.freshId
  const operator = yield* OperatorFlags.operator({ by: Option.none(), reason: Option.some("load run") })
  yield* Target.bounded(Effect.flatMap(OrderLog, ({ partitions }) => partitions))
  const position = yield* Target.boundedAppend(StockChange.append(itemId, { command, target }, operator))
  const summary = yield* StockChange.awaitEffect(itemId, position)
  if (Option.isNone(summary)) {
    return yield* CommandFailed.failed("the stock was recorded but nothing folds it: start a processor")
  }
})
