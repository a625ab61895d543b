/**
 * The path of one order: breaker, early refusal, claim, append, keep.
 *
 * Each step is bounded in time. From the claim on nothing interrupts it: a buyer who hangs up has ordered all the same.
 *
 * | what fails | what is left behind | the buyer hears |
 * |---|---|---|
 * | the claim, as the store is away | nothing; a repeated id is decided once all the same | 202 |
 * | the append, for sure | nothing: the claim is given back | 503 |
 * | the append, nobody knows how | the claim, until its lease ends | 503 `outcome_unknown`: try again with the same id |
 * | the keeping of the claim | the lease, and the status that the processor writes | 202 |
 */
import { Command } from "@flash-sale/domain/Command"
import type { CorrelationId } from "@flash-sale/domain/Ids"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { fingerprint, type Order } from "@flash-sale/domain/Order"
import { type AppendRefused, OrderLog } from "@flash-sale/domain/OrderLog"
import { type Claim, OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/RateLimits"
import { Clock, Context, Effect, Layer, Option } from "effect"
import * as Claims from "./Claims.ts"
import { CurrentRequest } from "./CurrentRequest.ts"
import * as EarlyRefusal from "./EarlyRefusal.ts"
import { ItemReads } from "./ItemReads.ts"
import { LogBreaker } from "./LogBreaker.ts"
import * as Refusals from "./Refusals.ts"

export class Admission extends Context.Service<Admission, {
  /** Succeeds once the order is durable in the log. */
  readonly place: (order: Order) => Effect.Effect<void, Refusals.Refusal>
}>()("@flash-sale/gateway/Admission") {}

const make = Effect.fnUntraced(function*(settings: Claims.Settings) {
  const log = yield* OrderLog
  const statuses = yield* OrderStatuses
  const reads = yield* ItemReads
  const breaker = yield* LogBreaker
  const claims = yield* Claims.make(settings)

  /** An honest retry hears its own order's fate, also after the item has sold out. */
  const refuseEarly = Effect.fnUntraced(function*(order: Order, correlationId: CorrelationId) {
    const look = yield* Effect.option(reads.look(order.itemId))
    if (Option.isNone(look)) return
    const now = yield* Clock.currentTimeMillis
    const refusal = EarlyRefusal.decide(look.value, order.amount, now)
    if (refusal === undefined) return
    const standing = yield* Effect.mapError(
      statuses.read(order.requestId),
      () => Refusals.unavailable(correlationId, "store_unavailable")
    )
    switch (standing._tag) {
      case "Kept": {
        const { record } = standing
        return yield* Refusals.known(correlationId, record.fingerprint === fingerprint(order), record)
      }
      case "Leased":
        return yield* Refusals.leased(correlationId, true)
      case "Unknown":
        return yield* Refusals.early(correlationId, refusal, now)
    }
  })

  const refused = (claim: Claim | undefined, correlationId: CorrelationId, { overloaded }: AppendRefused) =>
    Effect.all([
      // A full line says nothing about the log behind it.
      overloaded ? Effect.void : breaker.record(false),
      claim === undefined ? Effect.void : claims.release(claim)
    ]).pipe(
      Effect.andThen(Effect.fail(Refusals.unavailable(correlationId, overloaded ? "overloaded" : "log_unavailable")))
    )

  const append = Effect.fnUntraced(function*(order: Order, claim: Claim | undefined) {
    const { correlationId, traceparent } = yield* CurrentRequest
    const command = Command.Place({
      order,
      attempt: 1,
      acceptedAt: Math.floor(yield* Clock.currentTimeMillis),
      correlationId,
      ...(traceparent === undefined ? {} : { traceparent })
    })
    yield* Effect.catchTags(log.append(LogRecord.encode(order.itemId, command)), {
      AppendRefused: (error) => refused(claim, correlationId, error),
      // Nobody gives the claim back: whether this order is in the log, only the log will tell.
      AppendUnknown: () =>
        Effect.andThen(breaker.record(false), Effect.fail(Refusals.unavailable(correlationId, "outcome_unknown")))
    })
    yield* breaker.record(true)
    if (claim !== undefined) yield* claims.keep(claim)
  })

  const place = Effect.fnUntraced(function*(order: Order): Effect.fn.Return<void, Refusals.Refusal> {
    const { correlationId } = yield* CurrentRequest
    yield* Effect.mapError(
      breaker.check,
      ({ retryAfterMillis }) =>
        Refusals.unavailable(correlationId, "breaker_open", Refusals.wholeSeconds(retryAfterMillis))
    )
    yield* refuseEarly(order, correlationId)
    yield* Effect.uninterruptible(
      Effect.flatMap(claims.take(order, correlationId), (claim) => append(order, claim))
    )
  })
  return Admission.of({ place })
})

export const layer = (
  settings: Claims.Settings
): Layer.Layer<Admission, never, OrderLog | OrderStatuses | RateLimits | ItemReads | LogBreaker> =>
  Layer.effect(Admission, make(settings))
