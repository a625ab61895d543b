/**
 * Claims on request ids: taken before an order is appended, kept once it is in the log, given back where it surely is
 * not. Requests that arrive together share their round trips.
 */
import type { CorrelationId } from "@flash-sale/domain/Ids"
import type { StoreUnavailable } from "@flash-sale/domain/ItemStore"
import { fingerprint, type Order } from "@flash-sale/domain/Order"
import { type Admission, type AdmissionRequest, type Claim, OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import { RateLimits } from "@flash-sale/domain/RateLimits"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import { Duration, Effect, Exit, Random, type Scope } from "effect"
import * as Refusals from "./Refusals.ts"

/** Requests that one round trip to the store admits or keeps at the most. */
const BATCH_SIZE = 512
/** Requests that may wait for a round trip. More are told to come back. */
const LINE_CAPACITY = 8_192
/** How long a claim holds. Longer than any adapter waits for an append, so that a claim in flight never lapses. */
export const LEASE_MILLIS = 30_000

export interface Settings {
  /** Orders that one user may send in a window. */
  readonly maxRequests: number
  readonly window: Duration.Duration
}

export interface Claims {
  /** Takes the request id, and one of the user's requests. Undefined where the store is away: then nothing is taken. */
  readonly take: (order: Order, correlationId: CorrelationId) => Effect.Effect<Claim | undefined, Refusals.Refusal>
  /** Keeps the id for good. Where the store fails, the lease and the processor's status stand in. */
  readonly keep: (claim: Claim) => Effect.Effect<void>
  /** Gives the id back. Where the store fails, the lease runs out. */
  readonly release: (claim: Claim) => Effect.Effect<void>
}

/** A claim's owner names its batch: a claim that has lapsed is never taken for its successor's. */
const owners = Effect.gen(function*() {
  const gateway = yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)
  let batches = 0
  return () => `${gateway.toString(36)}-${(batches++).toString(36)}`
})

interface Answered {
  readonly admission: Admission
  readonly owner: string
}

const answer = (order: Order, correlationId: CorrelationId, { admission, owner }: Answered) => {
  switch (admission._tag) {
    case "Claimed":
      return Effect.succeed({ owner, requestId: order.requestId })
    case "Known":
      return Effect.fail(Refusals.known(correlationId, admission.same, admission.record))
    case "Leased":
      return Effect.fail(Refusals.leased(correlationId, admission.same))
    case "Limited":
      return Effect.fail(Refusals.limited(correlationId, admission))
  }
}

/** The order goes on without it. */
const orLeave = (what: string, effect: Effect.Effect<void, StoreUnavailable | BatchLine.LineFull>) =>
  Effect.catch(
    effect,
    (error) => Effect.logDebug(`${what}: ${error._tag === "StoreUnavailable" ? error.detail : `${error.line} is full`}`)
  )

export const make = Effect.fnUntraced(function*(
  { maxRequests, window }: Settings
): Effect.fn.Return<Claims, never, OrderStatuses | RateLimits | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const limits = yield* RateLimits
  const nextOwner = yield* owners
  const windowMillis = Duration.toMillis(window)

  const admitAll = (requests: ReadonlyArray<AdmissionRequest>) =>
    Effect.suspend(() => {
      const owner = nextOwner()
      return Effect.map(
        statuses.admit(requests, { owner, leaseMillis: LEASE_MILLIS, maxRequests, windowMillis }),
        (admissions) => admissions.map((admission) => Exit.succeed({ admission, owner }))
      )
    })
  const bounds = { capacity: LINE_CAPACITY, batchSize: BATCH_SIZE }
  const admitting = yield* BatchLine.make({ name: "admission", ...bounds, handle: admitAll })
  const keeping = yield* BatchLine.make({
    name: "keeping of claims",
    ...bounds,
    handle: (claims: ReadonlyArray<Claim>) => Effect.as(statuses.keep(claims), claims.map(() => Exit.void))
  })

  /** What one gateway knows of its users still counts. */
  const takeNothing = (order: Order, correlationId: CorrelationId): Effect.Effect<undefined, Refusals.Refusal> =>
    Effect.flatMap(
      limits.consume(order.userId, maxRequests, windowMillis),
      (limit) => limit.allowed ? Effect.undefined : Effect.fail(Refusals.limited(correlationId, limit))
    )

  return {
    take: (order, correlationId) => {
      const { amount, itemId, requestId, userId } = order
      return Effect.matchEffect(
        admitting.ask({ requestId, userId, itemId, amount, fingerprint: fingerprint(order), correlationId }),
        {
          onSuccess: (answered): Effect.Effect<Claim | undefined, Refusals.Refusal> =>
            answer(order, correlationId, answered),
          onFailure: (error): Effect.Effect<Claim | undefined, Refusals.Refusal> =>
            error._tag === "LineFull"
              ? Effect.fail(Refusals.unavailable(correlationId, "overloaded"))
              : takeNothing(order, correlationId)
        }
      )
    },
    keep: (claim) => orLeave("An accepted order's claim was not kept", keeping.ask(claim)),
    release: (claim) => orLeave("A claim is left to its lease", statuses.release([claim]))
  }
})
