/**
 * Claims on request ids: taken before an order is appended, kept once it is in the log, given back where it surely is
 * not. Requests that arrive together share their round trips.
 */
import * as Errors from "@flash-sale/domain/api/Errors"
import { type Admission, type Claim, OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { fingerprint, type Order } from "@flash-sale/domain/records/Order"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import { Duration, Effect, Exit, Metric, Random, type Scope } from "effect"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"
import * as Refusals from "../request/Refusals.ts"

/** Requests that one round trip to the store admits at the most. */
const BATCH_SIZE = 512
/** How long a claim holds. Longer than any adapter waits for an append, so that a claim in flight never lapses. */
export const LEASE_MILLIS = 30_000

/** An order on its way, with the id under which the buyer can ask about it. */
export interface Asking {
  readonly order: Order
  readonly correlationId: CorrelationId
}

/** One of the user's requests, and a request id. */
export interface Admitted {
  /** Undefined where the store is away: then nothing is claimed. */
  readonly claim: Claim | undefined
  /** How many more the user may send in this window. */
  readonly remaining: number
}

/** `undefined` while somebody is placing the same order, or died while doing so. */
export type Taken = Exit.Exit<Admitted | undefined, Refusals.Refusal>

export interface Claims {
  /** Takes the request id, and one of the user's requests. `taken` is called once. */
  readonly acquire: (asking: Asking, taken: (taken: Taken) => void) => void
  /** Keeps ids for good. Where the store fails, the lease and the processor's status stand in. */
  readonly confirm: (claims: ReadonlyArray<Claim>) => Effect.Effect<void>
  /** Gives ids back. Where the store fails, the lease runs out. */
  readonly release: (claims: ReadonlyArray<Claim>) => Effect.Effect<void>
}

/** A claim's owner names its batch: a claim that has lapsed is never taken for its successor's. */
const owners = Effect.gen(function*() {
  const gateway = yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)
  let batches = 0
  return () => `${gateway.toString(36)}-${(batches++).toString(36)}`
})

const nobodyKnows: Taken = Exit.succeed(undefined)

const toTaken = ({ correlationId, order }: Asking, admission: Admission, owner: string): Taken => {
  switch (admission._tag) {
    case "Claimed":
      return Exit.succeed({ claim: { owner, requestId: order.requestId }, remaining: admission.remaining })
    case "Known":
      return Exit.fail(Refusals.known(correlationId, admission.same, admission.record))
    case "Leased":
      return admission.same ? nobodyKnows : Exit.fail(new Errors.RequestIdReused({ correlation_id: correlationId }))
    case "Limited":
      return Exit.fail(Refusals.limited(correlationId, admission))
  }
}

const toRequest = ({ correlationId, order }: Asking) => ({
  requestId: order.requestId,
  userId: order.userId,
  itemId: order.itemId,
  amount: order.amount,
  fingerprint: fingerprint(order),
  correlationId
})

/** The order goes on without it. */
const orLeave = (what: string, effect: Effect.Effect<void, StoreUnavailable>) =>
  Effect.catch(effect, ({ detail }) => Log.debug(`${what}: ${detail}`, { event: "claim_left" }))

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

  /** What one gateway knows of its users still counts. */
  const takeNothing = ({ correlationId, order }: Asking): Effect.Effect<Taken> =>
    Effect.map(
      limits.consume(order.userId, maxRequests, windowMillis),
      (limit) =>
        limit.allowed
          ? Exit.succeed({ claim: undefined, remaining: limit.remaining })
          : Exit.fail(Refusals.limited(correlationId, limit))
    )

  const takeAll = Effect.fnUntraced(function*(askings: ReadonlyArray<Asking>) {
    const policy = { owner: nextOwner(), leaseMillis: LEASE_MILLIS, maxRequests, windowMillis }
    yield* Metric.update(EngineMetrics.admissionBatch, askings.length)
    return yield* storeBreaker.ask(statuses.admit(askings.map(toRequest), policy)).pipe(
      Effect.map((admissions) => askings.map((asking, n) => toTaken(asking, admissions[n]!, policy.owner))),
      Effect.catch(() => Effect.forEach(askings, takeNothing))
    )
  })
  const line = yield* BatchLine.make<Asking, Admitted | undefined, Refusals.Refusal>({
    name: "admission",
    capacity,
    batchSize: BATCH_SIZE,
    handle: takeAll
  })

  return {
    acquire: (asking, taken) =>
      line.offer(asking, (answer) =>
        taken(Exit.mapError(
          answer,
          (error) => error._tag === "LineFull" ? Refusals.unavailable(asking.correlationId, "overloaded") : error
        ))),
    confirm: (claims) => orLeave("An accepted order's claim was not kept", statuses.confirm(claims)),
    release: (claims) => orLeave("A claim is left to its lease", storeBreaker.ask(statuses.release(claims)))
  }
})
