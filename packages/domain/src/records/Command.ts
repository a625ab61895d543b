/**
 * What can happen to an item: the decoded records of the log. The item's whole state is a function of its commands, in
 * their order; time, price and rules come from them alone.
 */
import { Data, Schema } from "effect"
import type { Confirmation, Expiry, Refund } from "./checkout/Checkout.ts"
import { HoldSeconds, type RecordedHold } from "./checkout/Hold.ts"
import type { CorrelationId } from "./Ids.ts"
import { Attempt, isAttempt, isRequestId, type ItemId, RequestId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import type { RecordedOrder } from "./Order.ts"
import type { MetadataJson } from "./OrderMetadata.ts"
import type { OrderTrace } from "./OrderTrace.ts"
import * as Json from "./wire/Json.ts"

/** The furthest that one adjustment can move the stock of an item, in units. */
export const MAX_ADJUSTMENT = 1_000_000_000

/** Which version of the rules this build knows. A `rules` record with a later one stops the item. */
export const RULES_VERSION = 2

/** The final outcome of one charge, by the payment provider. */
export const PaymentOutcome = Schema.Literals(["paid", "declined", "voided"])
export type PaymentOutcome = typeof PaymentOutcome.Type

/** The outcome of one payment: part of a `settle` record. Names its attempt, and is a no-op for any other. */
export const Settlement = Schema.Struct({
  requestId: RequestId,
  attempt: Attempt,
  outcome: PaymentOutcome
}).pipe(Schema.encodeKeys({ requestId: "request_id" }))
export type Settlement = typeof Settlement.Type

const isPaymentOutcome = (value: unknown): value is PaymentOutcome =>
  PaymentOutcome.literals.some((outcome) => outcome === value)

/** The settlement that a parsed text holds, read without the schema; undefined where the schema would reject it. */
export const readSettlement = (part: unknown): Settlement | undefined => {
  if (!Json.isObject(part)) return undefined
  const { attempt, outcome, request_id: requestId } = part
  return isRequestId(requestId) && isAttempt(attempt) && isPaymentOutcome(outcome)
    ? { requestId, attempt, outcome }
    : undefined
}

/** Settlements that one `settle` record may carry. */
export const MAX_SETTLEMENTS = 500

const Units = Schema.Int.check(Schema.isBetween({ minimum: -MAX_ADJUSTMENT, maximum: MAX_ADJUSTMENT }))
const Stock = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MAX_ADJUSTMENT }))
const Sequence = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))

/** The name of an operator's command, by which a repeated record is recognised. */
export const CommandId = Schema.String.check(Schema.isPattern(/^[a-zA-Z0-9_-]{1,64}$/)).pipe(Schema.brand("CommandId"))
export type CommandId = typeof CommandId.Type

/**
 * A change of stock: an external edit (`SET inventory:101 100` in Redis; `seq` numbers the edits of an item), or an
 * operator's command (`command` names it), by a difference or to a target.
 */
export const Adjustment = Schema.Union([
  Schema.Struct({ seq: Sequence, delta: Units }),
  Schema.Struct({ command: CommandId, delta: Units }),
  Schema.Struct({ command: CommandId, target: Stock })
])
export type Adjustment = typeof Adjustment.Type

/** Money for one unit, in the smallest unit of its currency. That of a thousand units is still a safe integer. */
export const Price = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000_000 }))
/** The highest price that version 1 of the rules knew. */
export const MAX_NARROW_PRICE = 1_000_000_000
export const Currency = Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/))

/** Changes of the sale's settings: a field that is absent keeps its value, one that is null loses it. */
export const SalePatch = Schema.Struct({
  opensAt: Schema.optionalKey(Schema.NullOr(Instant)),
  closesAt: Schema.optionalKey(Schema.NullOr(Instant)),
  perUserLimit: Schema.optionalKey(
    Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_ADJUSTMENT })))
  ),
  paused: Schema.optionalKey(Schema.Boolean),
  price: Schema.optionalKey(Schema.NullOr(Price)),
  currency: Schema.optionalKey(Schema.NullOr(Currency)),
  holdSeconds: Schema.optionalKey(Schema.NullOr(HoldSeconds)),
  maxHoldSeconds: Schema.optionalKey(Schema.NullOr(HoldSeconds))
}).pipe(Schema.encodeKeys({
  opensAt: "opens_at",
  closesAt: "closes_at",
  perUserLimit: "per_user_limit",
  holdSeconds: "hold_seconds",
  maxHoldSeconds: "max_hold_seconds"
}))
export type SalePatch = typeof SalePatch.Type

/** One order of one attempt, named by a `cancel` or a `give-up`. */
export const OrderRef = Schema.Struct({ requestId: RequestId, attempt: Attempt }).pipe(
  Schema.encodeKeys({ requestId: "request_id" })
)
export type OrderRef = typeof OrderRef.Type

export const RulesVersion = Schema.Struct({
  version: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
})

/** The commands, by tag. `Unreadable` is a record that could not be understood; it is folded like any other. */
export type Command = Data.TaggedEnum<{
  Place: {
    readonly order: RecordedOrder
    readonly attempt: number
    /** When the gateway accepted it, milliseconds since 1970 (UTC). */
    readonly acceptedAt: number
    readonly metadata?: MetadataJson
  } & OrderTrace
  Hold: {
    readonly order: RecordedHold
    /** When the gateway accepted it, milliseconds since 1970 (UTC): its time runs from then. */
    readonly acceptedAt: number
    readonly metadata?: MetadataJson
  } & OrderTrace
  Confirm: Confirmation & OrderTrace
  Expire: Expiry
  Refund: Refund & OrderTrace
  Settle: { readonly settlements: ReadonlyArray<Settlement> }
  Adjust: { readonly adjustment: Adjustment }
  Cancel: OrderRef
  GiveUp: OrderRef
  Sale: { readonly patch: SalePatch }
  Rules: { readonly version: number }
  Unreadable: {
    /** What was wrong, for a person. */
    readonly detail: string
    readonly requestId?: RequestId
    readonly correlationId?: CorrelationId
    readonly attempt: number
  }
}>
export const Command = Data.taggedEnum<Command>()

/** A command with its offset in the log. */
export interface LoggedCommand {
  readonly offset: number
  readonly command: Command
}

/** Commands of one item, in the log's order. */
export interface ItemCommands {
  readonly itemId: ItemId
  readonly commands: ReadonlyArray<LoggedCommand>
}
