/**
 * Claims on request ids: acquired before an order is appended, confirmed once it is in the log, released where it
 * surely is not. Requests that arrive together share their round trips. Why a claim's lease is not renewed:
 * docs/decisions/0019-a-lease-is-not-renewed.md.
 */
import * as Errors from "@flash-sale/domain/api/Errors"
import {
  type Admission,
  type AdmissionRequest,
  type Claim,
  OrderStatuses
} from "@flash-sale/domain/ports/OrderStatuses"
import { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import type { Completion } from "@flash-sale/infra/actor/Completion"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import { Duration, Effect, Exit, Metric, Random, type Scope } from "effect"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"
import * as Refusals from "../request/Refusals.ts"
import type { OrderInFlight } from "./OrderInFlight.ts"

/** Requests that one round trip to the store admits at the most. */
const BATCH_SIZE = 512
/**
 * How long a claim holds, in milliseconds. Longer than the store and the append of an order may take together, so that
 * the claim of an order in flight never lapses: `test/gateway/buy/Lease.test.ts` adds up their bounds.
 */
export const LEASE_MILLIS = 30_000

/** `Leased` while another order under the same id is being placed, or where a gateway died while placing one. */
type Claimed = "Claimed" | "Leased"
export type ClaimResult = Exit.Exit<Claimed, Refusals.Refusal | BatchLine.LineFull>

export interface Claims {
  /**
   * Takes the request id and one of the user's requests, and sets `claim` and `remaining` of the order. While the store
   * is away an order counts as claimed, and has no claim.
   */
  readonly acquire: (order: OrderInFlight, completion: Completion<ClaimResult>) => void
  /**
   * Keeps ids for good, and says whether they are kept. Where the store fails, the lease and the processor's status
   * replace the claim.
   */
  readonly confirm: (claims: ReadonlyArray<Claim>) => Effect.Effect<boolean>
  /** Gives ids back. Where the store fails, the lease runs out. */
  readonly release: (claims: ReadonlyArray<Claim>) => Effect.Effect<void>
}

/** A claim's owner names its batch: a claim that has lapsed is never taken for its successor's. */
const owners = Effect.gen(function*() {
  const gateway = yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)
  let batches = 0
  return () => `${gateway.toString(36)}-${(batches++).toString(36)}`
})

type Answer = Exit.Exit<Claimed, Refusals.Refusal>
const claimed: Answer = Exit.succeed("Claimed")
const leased: Answer = Exit.succeed("Leased")

/** The answer to an order whose request id is taken, or whose user is over the limit. */
export const refusalOf = (
  correlationId: CorrelationId,
  admission: Extract<Admission, { readonly _tag: "Known" | "Limited" }>
): Refusals.Refusal =>
  admission._tag === "Known"
    ? Refusals.known(correlationId, admission.same, admission.record)
    : Refusals.limited(correlationId, admission)

/** Notes an admission in its order. */
const toAnswer = (inFlight: OrderInFlight, admission: Admission, owner: string): Answer => {
  const { order: { requestId }, request: { correlationId } } = inFlight
  switch (admission._tag) {
    case "Claimed":
      inFlight.claim = { owner, requestId }
      inFlight.remaining = admission.remaining
      return claimed
    case "Leased":
      return admission.same ? leased : Exit.fail(new Errors.RequestIdReused({ correlation_id: correlationId }))
    case "Known":
    case "Limited":
      return Exit.fail(refusalOf(correlationId, admission))
  }
}

/** What is asked of the store for an order. */
export const toRequest = (inFlight: OrderInFlight): AdmissionRequest => {
  const { order, request: { correlationId } } = inFlight
  return {
    requestId: order.requestId,
    userId: order.userId,
    itemId: order.itemId,
    amount: order.amount,
    fingerprint: inFlight.fingerprint(),
    correlationId
  }
}

/** Whether it was done. Orders do not wait for a store that is away. */
const orLeave = (what: string, effect: Effect.Effect<void, StoreUnavailable>): Effect.Effect<boolean> =>
  Effect.catch(
    Effect.as(effect, true),
    ({ detail }) => Effect.as(Log.debug(`${what}: ${detail}`, { event: "claim_left" }), false)
  )

/** Up to `capacity` requests may wait for a round trip. */
export const make = Effect.fnUntraced(function*(
  { maxRequests, window }: RateLimitSettings,
  capacity: number
): Effect.fn.Return<Claims, never, OrderStatuses | RateLimits | StoreBreaker | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const limits = yield* RateLimits
  const storeBreaker = yield* StoreBreaker
  const nextOwner = yield* owners
  const windowMillis = Duration.toMillis(window)

  /** Without the store the requests of a user are limited by this gateway's own count. */
  const goOnWithout = (inFlight: OrderInFlight): Effect.Effect<Answer> =>
    Effect.map(limits.consume(inFlight.order.userId, maxRequests, windowMillis), (limit) => {
      if (!limit.allowed) return Exit.fail(Refusals.limited(inFlight.request.correlationId, limit))
      inFlight.remaining = limit.remaining
      return claimed
    })

  const acquireAll = Effect.fnUntraced(function*(orders: ReadonlyArray<OrderInFlight>) {
    const policy = { owner: nextOwner(), leaseMillis: LEASE_MILLIS, maxRequests, windowMillis }
    yield* Metric.update(EngineMetrics.admissionBatch, orders.length)
    return yield* storeBreaker.ask(statuses.admit(orders.map(toRequest), policy)).pipe(
      Effect.map((admissions) => orders.map((order, n) => toAnswer(order, admissions[n]!, policy.owner))),
      Effect.catch(() => Effect.forEach(orders, goOnWithout))
    )
  })
  const line = yield* BatchLine.make({ name: "admission", capacity, batchSize: BATCH_SIZE, handle: acquireAll })

  return {
    acquire: line.offer,
    confirm: (claims) => orLeave("An accepted order's claim was not kept", statuses.confirm(claims)),
    release: (claims) =>
      Effect.asVoid(orLeave("A claim is left to its lease", storeBreaker.ask(statuses.release(claims))))
  }
})
