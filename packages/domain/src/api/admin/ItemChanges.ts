/** Changes of items as the admin API takes them. Field names are those of the wire. */
import { Schema } from "effect"
import { HoldSeconds } from "../../records/checkout/Hold.ts"
import { Currency, MAX_ADJUSTMENT, Price } from "../../records/Command.ts"
import { Moment } from "../../records/Moment.ts"
import { ChangeReason } from "../../records/operator/Operator.ts"

const Units = Schema.Int.check(
  Schema.isBetween({ minimum: -MAX_ADJUSTMENT, maximum: MAX_ADJUSTMENT }, {
    message: `must be a whole number from ${-MAX_ADJUSTMENT} to ${MAX_ADJUSTMENT}`
  })
)
const Target = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: MAX_ADJUSTMENT }, {
    message: `must be a whole number from 0 to ${MAX_ADJUSTMENT}`
  })
)

/** A change of stock: to a number, or by one. */
export const StockChange = Schema.Struct({
  set: Schema.optionalKey(Target.annotate({ description: "Units available from then on" })),
  add: Schema.optionalKey(Units.annotate({
    description: "Units to put in; below zero to take out, at most what is available then"
  })),
  reason: ChangeReason
}).check(Schema.makeFilter(({ add, set }) =>
  (add === undefined) === (set === undefined)
    ? { path: ["set"], issue: "exactly one of set and add is needed" }
    : undefined
)).annotate({ identifier: "StockChange", description: "A change of stock: `set` to a number, or `add` one." })

const orNull = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(Schema.NullOr(schema).annotate({ description }))

const SETTINGS = [
  "opens_at",
  "closes_at",
  "paused",
  "per_user_limit",
  "price",
  "currency",
  "hold_seconds",
  "max_hold_seconds"
] as const

/** Changes of how an item is sold: what is absent stays, what is null is taken away. */
export const SaleChange = Schema.Struct({
  opens_at: orNull(Moment, "Orders are taken from then on"),
  closes_at: orNull(Moment, "Orders are taken before then"),
  paused: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Whether no orders are taken until this is false" })
  ),
  per_user_limit: orNull(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_ADJUSTMENT }, {
      message: `must be a whole number from 1 to ${MAX_ADJUSTMENT}, or null`
    })),
    "Units that one buyer may buy"
  ),
  price: orNull(
    Price,
    "Of one unit, in the smallest unit of the currency. Comes with `currency`; null takes both away"
  ),
  currency: orNull(Currency, "Its code in ISO 4217. Comes with `price`; null takes both away"),
  hold_seconds: orNull(HoldSeconds, "How long a hold lasts that does not say it; 600 where it is taken away"),
  max_hold_seconds: orNull(HoldSeconds, "The longest that a hold may last; 3600 where it is taken away"),
  reason: ChangeReason
}).check(Schema.makeFilter((change) =>
  SETTINGS.every((name) => change[name] === undefined)
    ? { path: ["paused"], issue: `at least one of ${SETTINGS.join(", ")} is needed` }
    : undefined
)).annotate({
  identifier: "SaleChange",
  description: "Changes of how an item is sold: what is absent stays as it is, what is null is taken away."
})

/** A change of every item that there is. */
export const ReasonGiven = Schema.Struct({ reason: ChangeReason }).annotate({
  identifier: "ReasonGiven",
  description: "Why something is done."
})
