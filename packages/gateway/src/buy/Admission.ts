/**
 * The path of one order: breaker, early refusal, claim, append, keep.
 *
 * Each step is bounded in time and in how many may wait for it, and no order has a fiber of its own: those that come
 * together share their round trips. Nothing interrupts an order: a buyer who hangs up has ordered all the same.
 *
 * | what fails | what is left behind | the buyer hears |
 * |---|---|---|
 * | the claim, as the store is away | nothing; a repeated id is decided once all the same | 202 |
 * | the append, for sure | nothing: the claim is given back | 503 |
 * | the append, nobody knows how | the claim, until its lease ends | 503 `outcome_unknown`: try again with the same id |
 * | another order under the same id is on its way | nothing | 409, once that one is in the log: see `Outcomes` |
 * | the keeping of the claim | the lease, and the status that the processor writes | 202 |
 */
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { fingerprint, type Order } from "@flash-sale/domain/records/Order"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Cause, Clock, Context, Duration, Effect, Exit, Layer } from "effect"
import { LogBreaker } from "../guards/LogBreaker.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { WaitEstimate } from "../guards/WaitEstimate.ts"
import { ItemReads } from "../reads/ItemReads.ts"
import * as Precheck from "../request/Precheck.ts"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import type { Answered, Placed } from "./AdmissionResult.ts"
import * as AppendStage from "./AppendStage.ts"
import * as BuySpans from "./BuySpans.ts"
import * as Claims from "./Claims.ts"
import * as DuplicateWait from "./DuplicateWait.ts"

/** Status look-ups that share one round trip, for orders that would be refused early. */
const READ_BATCH = 512

export interface Settings {
  readonly rateLimit: RateLimitSettings
  /** Orders that may be on their way at once; more are told to come back. */
  readonly maxInFlight: number
  /** How long an order may have to wait until it is decided; where it would be longer it is told to come back. */
  readonly maxQueueWait: Duration.Duration
}

/** How often an order takes its turn after another under the same id that came to nothing. */
const MAX_TURNS = 3

export class Admission extends Context.Service<Admission, {
  /** Succeeds once the order is durable in the log. */
  readonly place: (order: Order) => Effect.Effect<Placed, Refusals.Refusal>
  /** The same without a fiber. */
  readonly offer: (order: Order, request: RequestContext, answered: Answered) => void
  /** Orders on their way now. */
  readonly inFlight: () => number
}>()("@flash-sale/gateway/buy/Admission") {}

/** What the buyer of an order hears whose request id somebody has taken before. */
const placedBefore = (order: Order, correlationId: CorrelationId, standing: StatusLookup): Refusals.Refusal =>
  standing._tag === "Kept"
    ? Refusals.known(correlationId, standing.record.fingerprint === fingerprint(order), standing.record)
    : Refusals.unavailable(correlationId, "outcome_unknown")

const make = Effect.fnUntraced(function*({ maxInFlight, maxQueueWait, rateLimit }: Settings) {
  const statuses = yield* OrderStatuses
  const reads = yield* ItemReads
  const breaker = yield* LogBreaker
  const storeBreaker = yield* StoreBreaker
  const waitEstimate = yield* WaitEstimate
  const maxWait = Duration.toMillis(maxQueueWait)
  const clock = yield* Clock.Clock
  const spans = yield* Spans
  const claims = yield* Claims.make(rateLimit, maxInFlight)
  const append = yield* AppendStage.make(claims)
  let inFlight = 0

  const standings = yield* BatchLine.make({
    name: "status look-ups",
    capacity: maxInFlight,
    batchSize: READ_BATCH,
    handle: (orders: ReadonlyArray<Order>) =>
      Effect.map(
        storeBreaker.ask(statuses.readAll(orders.map(({ requestId }) => requestId))),
        (found) => found.map((standing) => Exit.succeed(standing))
      )
  })

  const outcomes = yield* DuplicateWait.make(standings.ask)

  const claim = (order: Order, request: RequestContext, answered: Answered, turn = 1): void => {
    const { correlationId } = request
    const span = BuySpans.begin(spans, "order admit", "internal", order, request)
    claims.acquire({ order, correlationId }, (taken) => {
      span?.end()
      if (Exit.isFailure(taken)) return answered(Exit.failCause(taken.cause))
      if (taken.value !== undefined) return append({ order, request, answered, ...taken.value })
      outcomes.wait(order, (standing) => {
        if (standing._tag === "Unknown" && turn < MAX_TURNS) return claim(order, request, answered, turn + 1)
        answered(Exit.fail(placedBefore(order, correlationId, standing)))
      })
    })
  }

  /** An honest retry hears its own order's fate, also after the item has sold out. */
  const refuse = (
    order: Order,
    { correlationId }: RequestContext,
    refusal: Precheck.PrecheckRefusal,
    answered: Answered
  ): void =>
    standings.offer(order, (found) => {
      if (Exit.isFailure(found)) {
        return answered(
          Exit.failCause(
            Cause.map(
              found.cause,
              ({ _tag }) =>
                Refusals.unavailable(correlationId, _tag === "LineFull" ? "overloaded" : "store_unavailable")
            )
          )
        )
      }
      const tell = (standing: StatusLookup) =>
        answered(Exit.fail(
          standing._tag === "Unknown"
            ? Refusals.early(correlationId, refusal, clock.currentTimeMillisUnsafe())
            : placedBefore(order, correlationId, standing)
        ))
      if (found.value._tag === "Leased") outcomes.wait(order, tell)
      else tell(found.value)
    })

  const offer: Admission["Service"]["offer"] = (order, request, told) => {
    const { correlationId } = request
    if (inFlight >= maxInFlight) return told(Exit.fail(Refusals.unavailable(correlationId, "overloaded")))
    const open = breaker.refusal()
    if (open !== undefined) return told(Exit.fail(Refusals.breakerOpen(correlationId, open)))
    const wait = waitEstimate.before(order.itemId)
    if (wait > maxWait) return told(Exit.fail(Refusals.queueTooLong(correlationId, wait - maxWait)))
    inFlight++
    const answered: Answered = (answer) => {
      inFlight--
      told(answer)
    }
    reads.ask(order.itemId, (look) => {
      const now = clock.currentTimeMillisUnsafe()
      // An item that cannot be read is no reason to turn anybody away: the log decides.
      const refusal = Exit.isSuccess(look) ? Precheck.check(look.value, order.amount, now) : undefined
      if (refusal === undefined) claim(order, request, answered)
      else refuse(order, request, refusal, answered)
    })
  }
  return Admission.of({
    offer,
    inFlight: () => inFlight,
    place: (order) =>
      Effect.flatMap(RequestContext, (request) => Effect.callback((resume) => offer(order, request, resume)))
  })
})

export const layer = (
  settings: Settings
): Layer.Layer<
  Admission,
  never,
  OrderLog | OrderStatuses | RateLimits | ItemReads | LogBreaker | StoreBreaker | WaitEstimate
> => Layer.effect(Admission, make(settings))
