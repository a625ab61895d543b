/** What goes wrong behind an endpoint, as the API answers it; and how long anything behind one may take. */
import { type Unavailable, type UnavailableCode, UnknownItem } from "@flash-sale/domain/api/Errors"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as Refusals from "@flash-sale/gateway/request/Refusals"
import { refuse } from "@flash-sale/gateway/request/RequestContext"
import { codeOf, type Failure } from "@flash-sale/operations/append/FailureCode"
import type * as KnownItem from "@flash-sale/operations/items/KnownItem"
import { type Duration, Effect } from "effect"

/** How long a read may take: log and store are waited for by their adapters without an end. */
export const READ_TIMEOUT = "5 seconds"
/** How long an append may take until nobody knows whether it was made. */
export const APPEND_TIMEOUT = "10 seconds"

/** Fails with 503 and this code. */
export const unavailable = Refusals.refuseUnavailable

/** Refuses an item that nobody knows; where the fold is not at its end it may still come to be known. */
export const unknownItem = (
  { isComplete }: Pick<KnownItem.UnknownItem, "isComplete">
): Effect.Effect<never, UnknownItem | Unavailable> =>
  isComplete
    ? refuse((correlationId) => new UnknownItem({ correlation_id: correlationId }))
    : unavailable("store_unavailable")

/** Answers what may go wrong behind an endpoint; other errors are its own. */
export const answered = <A, E, R>(effect: Effect.Effect<A, E | Failure, R>) =>
  Effect.catchTags(effect as Effect.Effect<A, Failure, R>, {
    StoreUnavailable: (failure) => unavailable(codeOf(failure)),
    ItemDamaged: (failure) => unavailable(codeOf(failure)),
    AppendRefused: (failure) => unavailable(codeOf(failure)),
    AppendUnknown: (failure) => unavailable(codeOf(failure)),
    LogUnavailable: (failure) => unavailable(codeOf(failure)),
    LogRefused: (failure) => unavailable(codeOf(failure)),
    Upgrading: (failure) => unavailable(codeOf(failure))
  }) as Effect.Effect<A, Exclude<E, Failure> | Unavailable, R>

/** Gives a read up after a while, with 503 and this code. */
export const bounded = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  code: UnavailableCode = "store_unavailable",
  duration: Duration.Input = READ_TIMEOUT
) => Effect.timeoutOrElse(effect, { duration, orElse: () => unavailable(code) })

/**
 * Waits until the log is known, with 503 `log_unavailable` where that takes too long: a gateway that has not met Kafka
 * yet. What then waits longer waits for something else, and an append has been sent.
 */
export const logKnown = Effect.flatMap(OrderLog, ({ partitions }) => bounded(partitions, "log_unavailable"))

/** A read that needs the log first: each is told by its own code where it is away. */
export const boundedRead = <A, E, R>(effect: Effect.Effect<A, E, R>, duration: Duration.Input = READ_TIMEOUT) =>
  Effect.andThen(logKnown, bounded(effect, "store_unavailable", duration))

/** Gives an append up after a while, with 503 `outcome_unknown`: nobody knows then whether it was made. */
export const boundedAppend = <A, E, R>(append: Effect.Effect<A, E, R>) =>
  Effect.timeoutOrElse(append, { duration: APPEND_TIMEOUT, orElse: () => unavailable("outcome_unknown") })
