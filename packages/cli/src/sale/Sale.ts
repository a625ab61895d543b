/** `flash-sale sale show|open|close|pause|resume|limit|price`: when, to whom and for how much an item is sold. */
import { ItemStore, type ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { MAX_ADJUSTMENT, type SalePatch } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Clock, Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as StockChange from "../stock/StockChange.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Money from "../terminal/Money.ts"
import * as Target from "../terminal/Target.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"
import * as SaleChange from "./SaleChange.ts"
import * as SaleFormat from "./SaleFormat.ts"

/** What takes a setting away. */
const NONE = "none"

const item = Argument.String("item").pipe(
  Argument.withSchema(ItemId),
  Argument.withDescription("The item, such as 101")
)

const moment = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filterMap(TimeArgument.read, () => TimeArgument.EXPECTED),
    Flag.withDescription(description),
    Flag.optional
  )

const print = (itemId: ItemId, summary: ItemSummary) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Console.log(SaleFormat.sale(itemId, summary, now)))

const show = Command.make("show", { item, ...Target.flags }, ({ item, ...target }) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const summary = yield* store.read(home(item, yield* log.partitions), item)
    if (!summary.isKnown) {
      return yield* CommandFailed.failed(`item ${item} is not known: nothing was ever put in, ordered or set`)
    }
    yield* print(item, summary)
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print how an item is sold, and its counts")
  )

/** Appends the change, waits until it counts, and prints what is set then. */
const change = (itemId: ItemId, target: Target.Target, patch: SalePatch) =>
  Effect.gen(function*() {
    const position = yield* Target.bounded(SaleChange.append(itemId, patch))
    const summary = yield* StockChange.awaitEffect(itemId, position)
    yield* Option.match(summary, {
      onNone: () => Console.log(`item ${itemId}: the change is recorded; it takes effect when a processor runs`),
      onSome: (now) => print(itemId, now)
    })
  }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))

/** Now, in whole milliseconds: an instant of the log is one. */
const now = Effect.map(Clock.currentTimeMillis, Math.floor)

const open = Command.make("open", {
  item,
  at: moment("at", "When it opens; now where it is absent"),
  until: moment("until", "When it closes; never where it is absent"),
  ...Target.flags
}, ({ at, item, until, ...target }) =>
  Effect.gen(function*() {
    const from = yield* now
    const opensAt = Option.getOrNull(Option.map(at, (given) => TimeArgument.resolve(given, from)))
    const closesAt = Option.getOrNull(Option.map(until, (given) => TimeArgument.resolve(given, from)))
    if (closesAt !== null && closesAt <= Math.max(opensAt ?? from, from)) {
      const least = opensAt === null || opensAt < from ? "now" : "--at"
      return yield* CommandFailed.failed(
        `--until: ${TimeArgument.show(closesAt)} is not after ${least}: nobody could buy`
      )
    }
    yield* change(item, target, { opensAt, closesAt })
  })).pipe(
    Command.withDescription(
      "Take orders from --at until --until. Replaces both; a paused sale stays paused: see resume"
    )
  )

const close = Command.make("close", {
  item,
  at: moment("at", "When it closes; now where it is absent"),
  ...Target.flags
}, ({ at, item, ...target }) =>
  Effect.gen(function*() {
    const from = yield* now
    // What is closed now does not open by itself later, so an opening to come goes as well.
    if (Option.isNone(at)) return yield* change(item, target, { opensAt: null, closesAt: from })
    const closesAt = TimeArgument.resolve(at.value, from)
    if (closesAt < from) {
      return yield* CommandFailed.failed(`--at: ${TimeArgument.show(closesAt)} has passed: leave it out to close now`)
    }
    yield* change(item, target, { closesAt })
  })).pipe(
    Command.withDescription("Take no orders from --at on. An order that was accepted before it counts")
  )

const pause = Command.make(
  "pause",
  { item, ...Target.flags },
  ({ item, ...target }) => change(item, target, { paused: true })
).pipe(
  Command.withDescription("Take no orders until the sale is resumed. Those that are in the log by then count")
)

const resume = Command.make(
  "resume",
  { item, ...Target.flags },
  ({ item, ...target }) => change(item, target, { paused: false })
).pipe(Command.withDescription("End a pause"))

const readLimit = (text: string): Option.Option<number | null> => {
  if (text === NONE) return Option.some(null)
  const units = /^\d{1,10}$/.test(text) ? Number(text) : 0
  return units >= 1 && units <= MAX_ADJUSTMENT ? Option.some(units) : Option.none()
}

const limit = Command.make("limit", {
  item,
  units: Argument.String("units").pipe(
    Argument.filterMap(readLimit, () => `a whole number from 1 to ${MAX_ADJUSTMENT}, or ${NONE}`),
    Argument.withDescription(`The most units that one user may have from then on, or ${NONE}`)
  ),
  ...Target.flags
}, ({ item, units, ...target }) => change(item, target, { perUserLimit: units })).pipe(
  Command.withDescription("Limit how many units each user may buy. Counts what is bought while a limit is set")
)

/** The price that is meant; fails with the argument that is wrong. */
const readPrice = (amount: string, currency: Option.Option<string>) =>
  Effect.gen(function*() {
    if (amount === NONE) {
      return Option.isNone(currency)
        ? { price: null, currency: null }
        : yield* CommandFailed.failed(`currency: "${currency.value}" is one too many after ${NONE}`)
    }
    if (Option.isNone(currency)) return yield* CommandFailed.failed("currency: is missing, such as EUR")
    const code = currency.value.toUpperCase()
    const after = Money.digits(code)
    if (Option.isNone(after)) {
      return yield* CommandFailed.failed(`currency: "${currency.value}" is not a currency of ISO 4217, such as EUR`)
    }
    const price = Money.read(amount, after.value)
    if (Option.isNone(price)) {
      return yield* CommandFailed.failed(
        `amount: "${amount}" is not ${Money.expected(after.value)}, up to ${Money.show(Money.MAX, code)}`
      )
    }
    return { price: price.value, currency: code }
  })

const price = Command.make(
  "price",
  {
    item,
    amount: Argument.String("amount").pipe(
      Argument.withDescription(`The price of one unit, such as 19.99, or ${NONE}`)
    ),
    currency: Argument.String("currency").pipe(
      Argument.withDescription("The currency of the price, by ISO 4217, such as EUR"),
      Argument.optional
    ),
    ...Target.flags
  },
  ({ amount, currency, item, ...target }) =>
    Effect.flatMap(readPrice(amount, currency), (patch) => change(item, target, patch))
).pipe(
  Command.withDescription("Set what one unit costs from then on. What is held already keeps its price")
)

export const command = Command.make("sale").pipe(
  Command.withDescription("Say when, to whom and for how much an item is sold, or look"),
  Command.withSubcommands([show, open, close, pause, resume, limit, price])
)
