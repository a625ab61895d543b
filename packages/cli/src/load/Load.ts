/** `flash-sale load`: buys from a running gateway, then checks that the books balance. */
import { MAX_HOLD_SECONDS } from "@flash-sale/domain/records/checkout/Hold"
import * as Settings from "@flash-sale/infra/Settings"
import { Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as LoadRun from "./LoadRun.ts"
import * as Shares from "./Shares.ts"

/** More than this many could outlive the half hour for which final statuses are kept. */
const MAX_ORDERS = 1_000_000
const MAX_ITEMS = 1_000
const MAX_RATE = 100_000
/** Orders of each user where `--users` does not say: half of what the rate limit lets through by default. */
const ORDERS_OF_USER = 30
/** Short, so that a run does not wait long for the holds that expire. */
const HOLD_SECONDS = 5

const whole = (name: string, minimum: number, maximum: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum }))),
    Flag.withDescription(description)
  )

const share = (name: string, description: string) =>
  Flag.Finite(name).pipe(
    Flag.withSchema(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
    Flag.withDescription(description),
    Flag.withDefault(0)
  )

/** The address of a gateway. */
const readUrl = (text: string): Option.Option<URL> => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) ? Option.some(url) : Option.none()
}

/** The gateway that is asked where `--url` does not say: one on this machine, at its port. */
const nearby = Effect.gen(function*() {
  return new URL(`http://localhost:${yield* Settings.HttpPort}`)
})

/** `paid` is a word of shops: without a key the gateway would not hear it. */
const keyFor = Effect.fnUntraced(function*({ paid }: Shares.Shares) {
  const key = yield* Settings.RemoteKey
  if (paid > 0 && key === undefined) {
    return yield* CommandFailed.usage(
      "--paid: wants an api key with the scope orders, in FLASH_SALE_KEY or FLASH_SALE_KEY_FILE (flash-sale key create)"
    )
  }
  return key
})

export const command = Command.make(
  "load",
  {
    orders: whole("orders", 1, MAX_ORDERS, "Orders to send; 20000 by default").pipe(Flag.withDefault(20_000)),
    users: whole("users", 1, MAX_ORDERS, `Users that take turns; one for each ${ORDERS_OF_USER} orders by default`)
      .pipe(
        Flag.optional
      ),
    items: whole("items", 1, MAX_ITEMS, "Items on sale; 5 by default").pipe(Flag.withDefault(5)),
    stock: whole("stock", 0, 1_000_000_000, "Units of each item; 500 by default").pipe(Flag.withDefault(500)),
    rate: whole("rate", 1, MAX_RATE, "Orders a second, sent whether or not earlier ones are answered; 2000 by default")
      .pipe(
        Flag.withDefault(2_000)
      ),
    url: Flag.String("url").pipe(
      Flag.filterMap(readUrl, () => "an address such as http://localhost:8080"),
      Flag.withDescription("The gateway; http://localhost:8080 by default, or what HTTP_PORT says instead of 8080"),
      Flag.optional
    ),
    holds: share("holds", "The share of the orders that are holds, from 0 to 1; 0 by default"),
    confirm: share("confirm", "The share of the holds that are confirmed, to be charged for; 0 by default"),
    paid: share(
      "paid",
      "The share of the holds that the shop says are paid for; 0 by default. Wants an api key with the scope orders, " +
        "by FLASH_SALE_KEY or FLASH_SALE_KEY_FILE"
    ),
    cancel: share("cancel", "The share of the holds that are cancelled; the other ones expire; 0 by default"),
    holdSeconds: whole(
      "hold-seconds",
      1,
      MAX_HOLD_SECONDS,
      `How long units are held; ${HOLD_SECONDS} by default`
    ).pipe(Flag.withDefault(HOLD_SECONDS)),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Draws the same items and amounts again; 1 by default"),
      Flag.withDefault(1)
    ),
    tokens: Flag.Boolean("tokens").pipe(
      Flag.withDescription("Send a payment token with each order, for gateways that encrypt them"),
      Flag.withDefault(false)
    ),
    html: Flag.String("html").pipe(
      Flag.withDescription("Also write the report to this file, with plots, for a browser; replaces what is there"),
      Flag.optional
    ),
    ...JsonFlag.one,
    ...Target.flags
  },
  ({ cancel, confirm, dataDir, embedded, holdSeconds, holds, html, paid, url, users, ...options }) =>
    Effect.gen(function*() {
      const shares: Shares.Shares = { cancel, confirm, holds, holdSeconds, paid }
      const problem = Shares.problem(shares)
      // Before the stores are opened.
      if (problem !== undefined) return yield* CommandFailed.usage(problem)
      const run = LoadRun.run({
        ...options,
        html: Option.getOrUndefined(html),
        shares,
        key: yield* keyFor(shares),
        url: yield* Option.match(url, { onNone: () => nearby, onSome: Effect.succeed }),
        users: Option.getOrElse(users, () => Math.ceil(options.orders / ORDERS_OF_USER))
      })
      yield* Effect.provide(Effect.scoped(run), Target.layer({ dataDir, embedded }))
    }).pipe(
      Effect.provideService(Progress.IsShown, !options.json),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription(
    "Buy from a running gateway at a steady rate, wait until every accepted order is final, and check the books: " +
      "put in = available + held + sold, accepted = completed + failed + expired + cancelled + refunded, and every " +
      "payment that a shop has taken is for a sale or due back. Exits with 1 where they do not balance"
  ),
  Command.withExamples([
    { command: "flash-sale load --orders 20000 --rate 2000" },
    { command: "flash-sale load --html report.html", description: "With plots, to look at and to pass on" },
    {
      command: "flash-sale load --holds 0.5 --confirm 0.5 --paid 0.2 --cancel 0.1",
      description: "Half of the orders are holds, of which a fifth expires; one in ten confirms or pays too late"
    }
  ])
)
