/**
 * What is known of each request: the keys `order_status:<request_id>`. Claims (leases), and statuses that move
 * forwards.
 */
import { Context, Effect } from "effect"
import type { CorrelationId, ItemId, RequestId, UserId } from "../records/Ids.ts"
import { hasHeldUnits, isUnderWay, type StatusRecord } from "../records/OrderStatus.ts"
import type { RateLimit } from "./RateLimits.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** A request to place an order, for which an idempotency key is to be claimed. */
export interface AdmissionRequest {
  readonly requestId: RequestId
  readonly userId: UserId
  readonly itemId: ItemId
  readonly amount: number
  readonly fingerprint: string
  readonly correlationId: CorrelationId
}

/** The limits of one admission. Durations in milliseconds. */
export interface AdmissionPolicy {
  /** Names the claiming gateway, so that only the owner of a claim can confirm or release it. */
  readonly owner: string
  /** How long a claim holds; longer than an append may take. */
  readonly leaseMillis: number
  readonly maxRequests: number
  readonly windowMillis: number
}

/**
 * - `Claimed`: the caller owns the request id; append it. `remaining` requests are left in the user's window.
 * - `Known`: accepted before. `same` says whether it is the same order; `record` is its status.
 * - `Leased`: another request is placing it right now, or crashed while doing so: the outcome is not known yet.
 * - `Limited`: over the user's limit; nothing was claimed.
 */
export type Admission =
  | { readonly _tag: "Claimed"; readonly remaining: number }
  | { readonly _tag: "Known"; readonly same: boolean; readonly record: StatusRecord }
  | { readonly _tag: "Leased"; readonly same: boolean }
  | { readonly _tag: "Limited"; readonly remaining: number; readonly retryAfterMillis: number }

/** A claim that was acquired: the owner, and the request id that it owns. */
export interface Claim {
  readonly owner: string
  readonly requestId: RequestId
}

/** How far back a refold writes the statuses of orders that have ended, at the least, in milliseconds: a day. */
export const ENDED_KEPT_MILLIS = 24 * 60 * 60 * 1000
/**
 * How long the status of an order is kept that is not decided, or whose units or money still wait for something, in
 * milliseconds: 30 days. Its end replaces it long before, but where no processor runs, or the payment provider gives no
 * money back, for as long.
 */
export const UNDER_WAY_KEPT_MILLIS = 30 * 24 * 60 * 60 * 1000
/** How long the final status of an order is kept that was turned away without units, in milliseconds: 30 minutes. */
export const TURNED_AWAY_KEPT_MILLIS = 30 * 60 * 1000
/**
 * How long the final status of an order is kept that held units, in milliseconds: a day, where whoever writes statuses
 * is not told otherwise (`STATUS_RETENTION`).
 */
export const HeldKeptMillis = Context.Reference<number>("@flash-sale/domain/ports/OrderStatuses/HeldKeptMillis", {
  defaultValue: () => 24 * 60 * 60 * 1000
})

/** How long statuses that are written now are kept, in milliseconds. */
export interface Retention {
  /** No status of an order that has ended is kept longer. */
  readonly endedMillis: number
  /** Of one that is not decided yet, whose units are held, or whose money is on its way back. */
  readonly underWayMillis: number
  /** Of a final one that held units. */
  readonly heldMillis: number
  /** Of a final one that was turned away without units. */
  readonly turnedAwayMillis: number
}

/** The retention of those who write statuses: what has not ended is kept no shorter than what has. */
export const retention: Effect.Effect<Retention> = Effect.map(HeldKeptMillis, (heldMillis) => ({
  endedMillis: Math.max(ENDED_KEPT_MILLIS, heldMillis, TURNED_AWAY_KEPT_MILLIS),
  underWayMillis: Math.max(UNDER_WAY_KEPT_MILLIS, heldMillis),
  heldMillis,
  turnedAwayMillis: TURNED_AWAY_KEPT_MILLIS
}))

/** How long this status is kept once it is written, in milliseconds. */
export const keptMillis = (record: StatusRecord, retention: Retention): number => {
  if (record.status === "PENDING" || isUnderWay(record)) return retention.underWayMillis
  return hasHeldUnits(record) ? retention.heldMillis : retention.turnedAwayMillis
}

/** What a look-up finds. A `Leased` request may or may not become an order; `fingerprint` is that of the order. */
export type StatusLookup =
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Leased"; readonly fingerprint: string }
  | { readonly _tag: "Kept"; readonly record: StatusRecord }

export class OrderStatuses extends Context.Service<OrderStatuses, {
  /**
   * For each request, in order and in one round trip: is it known, is its user over the limit, and if neither, claim
   * it. A known request does not count against the limit, so honest retries always get in. Returns one admission for
   * each request, in order. `StoreUnavailable`: some may have been claimed; their leases expire.
   */
  readonly admit: (
    requests: ReadonlyArray<AdmissionRequest>,
    policy: AdmissionPolicy
  ) => Effect.Effect<ReadonlyArray<Admission>, StoreUnavailable>
  /**
   * Counts one request of a user that claims nothing, in the window that `admit` counts in. One over the limit is not
   * counted.
   */
  readonly countRequest: (
    userId: UserId,
    policy: Pick<AdmissionPolicy, "maxRequests" | "windowMillis">
  ) => Effect.Effect<RateLimit, StoreUnavailable>
  /**
   * The claims' orders are in the log: makes each a status PENDING, where its owner still holds it. Returns as soon as
   * the end of this process cannot take it back, which may be before the store has done it: a store that fails
   * afterwards leaves the lease in place, as one that is away does.
   */
  readonly confirm: (
    claims: ReadonlyArray<Claim>
  ) => Effect.Effect<void, StoreUnavailable>
  /** The claims' orders are surely not in the log: removes each claim that its owner still holds. */
  readonly release: (claims: ReadonlyArray<Claim>) => Effect.Effect<void, StoreUnavailable>
  /**
   * Writes statuses where each may replace what is there (`mayReplace`): forwards within an order, and between two
   * orders under one request id that of its owner. One that may not counts as written. Each is kept for `keptMillis`.
   */
  readonly write: (records: ReadonlyArray<StatusRecord>) => Effect.Effect<void, StoreUnavailable>
  /** What is known of one request. */
  readonly read: (requestId: RequestId) => Effect.Effect<StatusLookup, StoreUnavailable>
  /** The same for many in one round trip: as many as there are ids, in their order. */
  readonly readAll: (
    requestIds: ReadonlyArray<RequestId>
  ) => Effect.Effect<ReadonlyArray<StatusLookup>, StoreUnavailable>
}>()("@flash-sale/domain/ports/OrderStatuses") {}
