/**
 * The last stage: an order whose append has ended is answered, and its claim confirmed or given back. Orders of one
 * send end together, so one call confirms all their claims, and they are answered after it.
 */
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { Claim } from "@flash-sale/domain/ports/OrderStatuses"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import * as MicrotaskBatch from "@flash-sale/infra/actor/MicrotaskBatch"
import { Cause, Effect, Exit, Option } from "effect"
import { LogBreaker } from "../guards/LogBreaker.ts"
import { Unconfirmed } from "../guards/Unconfirmed.ts"
import { UnknownOutcomes } from "../guards/UnknownOutcomes.ts"
import { WaitEstimate } from "../guards/WaitEstimate.ts"
import * as Refusals from "../request/Refusals.ts"
import type { Claims } from "./Claims.ts"
import { type OrderInFlight, run, type Stage } from "./OrderInFlight.ts"

type AppendError = AppendRefused | AppendUnknown
type Orders = ReadonlyArray<OrderInFlight>

const errorOf = (appended: Exit.Exit<LogPosition, AppendError>): AppendError | undefined =>
  Option.getOrUndefined(Exit.findErrorOption(appended))

/**
 * What the end of an append says about the log; undefined where it says nothing: the log was not asked, as its line was
 * full, or a bug of ours ended the append.
 */
const logAnswered = ({ appended }: OrderInFlight): boolean | undefined => {
  if (appended === undefined || Exit.isSuccess(appended)) return appended && true
  const error = errorOf(appended)
  return error === undefined || (error._tag === "AppendRefused" && error.overloaded) ? undefined : false
}

/** What is done with the claims of a batch. */
interface ClaimEnds {
  /** Their orders are in the log. */
  readonly confirmed: ReadonlyArray<Claim>
  /** Their orders are surely not in the log. All others are left to their leases. */
  readonly released: ReadonlyArray<Claim>
}

const claimEnds = (orders: Orders): ClaimEnds => {
  const confirmed: Array<Claim> = []
  const released: Array<Claim> = []
  for (const { appended, claim } of orders) {
    if (claim === undefined || appended === undefined) continue
    if (Exit.isSuccess(appended)) confirmed.push(claim)
    else if (errorOf(appended)?._tag === "AppendRefused") released.push(claim)
  }
  return { confirmed, released }
}

/** Ends the claims by `end`. A bug in it is the result, so that it concerns the orders of these claims alone. */
const endAll = <A>(
  claims: ReadonlyArray<Claim>,
  none: A,
  end: (claims: ReadonlyArray<Claim>) => Effect.Effect<A>
): Effect.Effect<Exit.Exit<A>> =>
  claims.length === 0 ? Effect.succeed(Exit.succeed(none)) : Effect.exit(Effect.suspend(() => end(claims)))

export const make = Effect.fnUntraced(function*(
  claims: Claims
): Effect.fn.Return<Stage, never, LogBreaker | WaitEstimate | Unconfirmed | UnknownOutcomes> {
  const waitEstimate = yield* WaitEstimate
  const unconfirmed = yield* Unconfirmed
  const unknown = yield* UnknownOutcomes
  const breaker = yield* LogBreaker
  const start = Effect.runCallbackWith(yield* Effect.context<never>())

  const record = Effect.fnUntraced(function*(orders: Orders) {
    let last: boolean | undefined
    for (const order of orders) {
      const succeeded = logAnswered(order)
      // Further successes say nothing new; each failure counts.
      if (succeeded === undefined || (succeeded && last === true)) continue
      last = succeeded
      yield* breaker.record(succeeded)
    }
  })

  const answer = (order: OrderInFlight, confirmed: Exit.Exit<boolean>, released: Exit.Exit<void>): void => {
    const { appended, claim, hasStatus } = order
    if (appended === undefined) return order.fail(Cause.die(new Error("an order was finished before its append")))
    if (Exit.isSuccess(appended)) {
      // Where its status is not kept, it is known to nobody until its record is folded.
      if (!hasStatus && (claim === undefined || Exit.isFailure(confirmed) || !confirmed.value)) {
        unconfirmed.add(appended.value)
      }
      order.waitMillis = waitEstimate.at(appended.value)
      return claim !== undefined && Exit.isFailure(confirmed) ? order.fail(confirmed.cause) : order.accept()
    }
    const error = errorOf(appended)
    if (error === undefined) return order.fail(appended.cause)
    // A claim says of its order that nobody knows, until its lease ends.
    if (claim === undefined && error._tag === "AppendUnknown") unknown.add(order.order.requestId, order.fingerprint())
    const isStuck = claim !== undefined && error._tag === "AppendRefused" && Exit.isFailure(released)
    if (isStuck) order.fail(released.cause)
    else order.refuse(Refusals.ofAppend(order.request.correlationId, error))
  }

  const finish = Effect.fnUntraced(function*(orders: Orders) {
    yield* record(orders)
    const ends = claimEnds(orders)
    const confirmed = yield* endAll(ends.confirmed, true, claims.confirm)
    const released = yield* endAll(ends.released, undefined, claims.release)
    for (const one of orders) run((order) => answer(order, confirmed, released), one)
  })

  /** Ends the orders that a bug in `finish` has left unanswered. */
  const failRest = (orders: Orders, cause: Cause.Cause<unknown>): void => {
    for (const order of orders) if (!order.isDone) order.fail(cause)
  }
  return MicrotaskBatch.make<OrderInFlight>(
    (orders) =>
      void start(finish(orders), {
        onExit: (exit) => Exit.isFailure(exit) ? failRest(orders, exit.cause) : undefined
      }),
    (orders, defect) => failRest(orders, Cause.die(defect))
  )
})
