/**
 * The first stage: an order that cannot succeed, by a read of its item and of its buyer, is answered here, without a
 * claim and without a record. Why: docs/decisions/0033-what-cannot-succeed-is-refused-at-the-door.md.
 */
import type { BuyerUnits } from "@flash-sale/domain/ports/ItemReads"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import * as CheckoutRule from "@flash-sale/domain/rules/checkout/CheckoutRule"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import { defaultSettings, type SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import { Cause, Clock, Effect, Exit, Option } from "effect"
import { WaitEstimate } from "../guards/WaitEstimate.ts"
import type { BuyerLookups } from "../reads/BuyerLookups.ts"
import { type ItemRead, ItemReads } from "../reads/ItemReads.ts"
import type { LookupError, StatusLookups } from "../reads/StatusLookups.ts"
import * as Precheck from "../request/Precheck.ts"
import * as Refusals from "../request/Refusals.ts"
import type { DuplicateWait } from "./DuplicateWait.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

/** What the stage asks, and the stage after it. */
export interface Parts {
  readonly buyers: BuyerLookups
  readonly lookups: StatusLookups
  readonly duplicates: DuplicateWait
  readonly claim: Stage
}

const overloaded = ({ request: { correlationId } }: OrderInFlight): Refusals.Refusal =>
  Refusals.unavailable(correlationId, "overloaded")

/** Hands an order to `claim` unless its item refuses it. */
export const make = Effect.fnUntraced(function*(
  { buyers, claim, duplicates, lookups }: Parts
): Effect.fn.Return<Stage, never, ItemReads | WaitEstimate> {
  const reads = yield* ItemReads
  const waitEstimate = yield* WaitEstimate
  const clock = yield* Clock.Clock
  const completion = yield* completions

  /** By how many milliseconds a hold would be over before it is decided; negative where it would not. */
  const waitBeyondHold = ({ order }: OrderInFlight, settings: SaleSettings): number =>
    waitEstimate.before(order.itemId) - CheckoutRule.dueAt({ settings }, { order, acceptedAt: 0 })

  /** An honest retry gets its own order's status, also after the item has sold out. */
  const answer = (order: OrderInFlight, lookup: StatusLookup): void => {
    const { precheck, request: { correlationId } } = order
    order.refuse(
      lookup._tag === "Unknown" && precheck !== undefined
        ? Refusals.early(correlationId, precheck, clock.currentTimeMillisUnsafe())
        : Refusals.ofLookup(correlationId, order.fingerprint(), lookup)
    )
  }
  const afterWait = (order: OrderInFlight, waited: Exit.Exit<StatusLookup>): void =>
    Exit.isSuccess(waited) ? answer(order, waited.value) : order.fail(waited.cause)

  const afterLookup = (order: OrderInFlight, found: Exit.Exit<StatusLookup, LookupError>): void => {
    if (Exit.isSuccess(found)) {
      if (found.value._tag !== "Leased") return answer(order, found.value)
      return duplicates.wait(order.order.requestId, completion(order, afterWait))
    }
    order.done(Exit.failCause(Cause.map(
      found.cause,
      ({ _tag }) =>
        _tag === "LineFull"
          ? overloaded(order)
          : Refusals.unavailable(order.request.correlationId, "store_unavailable")
    )))
  }

  const lookUpOrClaim = (order: OrderInFlight): void => {
    if (order.precheck === undefined) return claim(order)
    lookups.offer(order.order.requestId, completion(order, afterLookup))
  }

  /** What the item's ledger knows is decided already, and where nothing may be concluded the log decides. */
  const afterBuyer = (order: OrderInFlight, found: Exit.Exit<BuyerUnits | undefined, LookupError>): void => {
    if (Exit.isFailure(found)) return withoutBuyer(order, found)
    const { limit } = order
    if (limit === undefined || found.value === undefined || found.value.isKnown) return claim(order)
    order.precheck = Precheck.checkLimit(limit, order.order.amount, found.value) ?? order.precheck
    lookUpOrClaim(order)
  }
  const withoutBuyer = (order: OrderInFlight, failed: Exit.Failure<unknown, LookupError>): void => {
    const error = Option.getOrUndefined(Exit.findErrorOption(failed))
    if (error === undefined) return order.fail(failed.cause)
    if (error._tag === "LineFull") return order.refuse(overloaded(order))
    claim(order)
  }

  const afterRead = (order: OrderInFlight, read: ItemRead): void => {
    if (order.isHold) {
      const tooLong = waitBeyondHold(order, Exit.isSuccess(read) ? read.value.settings : defaultSettings)
      if (tooLong >= 0) return order.refuse(Refusals.queueTooLong(order.request.correlationId, tooLong))
    }
    if (Exit.isFailure(read)) {
      // An item that cannot be read now is no reason to refuse its orders: the log decides. A bug is one.
      return Option.isSome(Exit.findErrorOption(read)) ? claim(order) : order.fail(read.cause)
    }
    order.isRaised = RulesVersions.isRaised(read.value)
    const { limit, refusal } = Precheck.check(read.value, order.order, clock.currentTimeMillisUnsafe())
    order.precheck = refusal
    if (limit === undefined) return lookUpOrClaim(order)
    order.limit = limit
    buyers.offer(order.order, completion(order, afterBuyer))
  }

  return (order) => reads.ask(order.order.itemId, completion(order, afterRead))
})
