/** `flash-sale load`: buys from a running gateway, then checks that the books balance. */
import * as Settings from "@flash-sale/infra/Settings"
import { Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as LoadRun from "./LoadRun.ts"

/** More than this many could outlive the half hour for which final statuses are kept. */
const MAX_ORDERS = 1_000_000
const MAX_ITEMS = 1_000
const MAX_RATE = 100_000
/** Orders of each user where `--users` does not say: half of what the rate limit lets through by default. */
const ORDERS_OF_USER = 30

const whole = (name: string, minimum: number, maximum: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum }))),
    Flag.withDescription(description)
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
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Draws the same items and amounts again; 1 by default"),
      Flag.withDefault(1)
    ),
    tokens: Flag.Boolean("tokens").pipe(
      Flag.withDescription("Send a payment token with each order, for gateways that encrypt them"),
      Flag.withDefault(false)
    ),
    ...JsonFlag.one,
    ...Target.flags
  },
  ({ dataDir, embedded, url, users, ...options }) =>
    Option.match(url, { onNone: () => nearby, onSome: Effect.succeed }).pipe(
      Effect.flatMap((url) =>
        LoadRun.run({
          ...options,
          url,
          users: Option.getOrElse(users, () => Math.ceil(options.orders / ORDERS_OF_USER))
        })
      ),
      Effect.scoped,
      Effect.provideService(Progress.IsShown, !options.json),
      Effect.provide(Target.layer({ dataDir, embedded })),
      Effect.mapError(CommandFailed.from)
    )
).pipe(
  Command.withDescription(
    "Buy from a running gateway at a steady rate, wait until every accepted order is final, and check the books: " +
      "put in = available + held + sold, accepted = completed + failed. Exits with 1 where they do not balance"
  ),
  Command.withExamples([{ command: "flash-sale load --orders 20000 --rate 2000" }])
)
