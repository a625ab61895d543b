/** `flash-sale sale price`: what one unit of an item costs. */
import * as Currencies from "@flash-sale/domain/records/Currencies"
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Money from "../terminal/Money.ts"
import { change, flags, item, NONE } from "./SaleEdit.ts"

/** The price in the smallest unit of its currency; fails with a line about the argument that is wrong. */
const readPrice = (amount: string, currency: Option.Option<string>) =>
  Effect.gen(function*() {
    if (amount === NONE) {
      return Option.isNone(currency)
        ? { price: null, currency: null }
        : yield* CommandFailed.usage(`currency: "${currency.value}" is one too many after ${NONE}`)
    }
    if (Option.isNone(currency)) return yield* CommandFailed.usage("currency: is missing, such as EUR")
    const code = currency.value.toUpperCase()
    const after = Money.digits(code)
    if (Option.isNone(after)) {
      return yield* CommandFailed.usage(
        `currency: "${currency.value}" is not a currency of ISO 4217 as of ${Currencies.PUBLISHED}, such as EUR`
      )
    }
    const price = Money.read(amount, after.value)
    if (Option.isNone(price)) {
      return yield* CommandFailed.usage(
        `amount: "${amount}" is not ${Money.expected(after.value)}, up to ${Money.show(Money.MAX, code)}`
      )
    }
    return { price: price.value, currency: code }
  })

export const command = Command.make(
  "price",
  {
    item,
    amount: Argument.String("amount").pipe(
      Argument.withDescription(`The price of one unit, such as 19.99; 0 is free, ${NONE} sets none`)
    ),
    currency: Argument.String("currency").pipe(
      Argument.withDescription("The currency of the price, by ISO 4217, such as EUR"),
      Argument.optional
    ),
    ...flags
  },
  ({ amount, currency, item, ...target }) =>
    Effect.flatMap(readPrice(amount, currency), (patch) => change(item, target, patch))
).pipe(
  Command.withDescription("Set what one unit costs from then on. What is held already keeps its price"),
  Command.withExamples([{ command: "flash-sale sale price 101 12.50 EUR" }])
)
