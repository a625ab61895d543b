/** What is known of each request: the keys `order_status:<request_id>`. Claims, and statuses that only move forwards. */
import { Context, type Effect } from "effect"
import type { CorrelationId, ItemId, RequestId, UserId } from "../records/Ids.ts"
import type { StatusRecord } from "../records/OrderStatus.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Someone asks to place an order. */
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
  /** Names whoever claims, so that only the claimant can keep or release. */
  readonly owner: string
  /** How long a claim holds; longer than an append may take. */
  readonly leaseMillis: number
  readonly maxRequests: number
  readonly windowMillis: number
}

/**
 * - `Claimed`: nobody else has it; append it. `remaining` requests are left in the user's window.
 * - `Known`: accepted before. `same` says whether it is the same order; `record` says how it stands.
 * - `Leased`: someone is placing it right now, or crashed while doing so: the outcome is not known yet.
 * - `Limited`: over the user's limit; nothing was claimed.
 */
export type Admission =
  | { readonly _tag: "Claimed"; readonly remaining: number }
  | { readonly _tag: "Known"; readonly same: boolean; readonly record: StatusRecord }
  | { readonly _tag: "Leased"; readonly same: boolean }
  | { readonly _tag: "Limited"; readonly remaining: number; readonly retryAfterMillis: number }

/** A claim that was won, with what it becomes when the order is in the log. */
export interface Claim {
  readonly owner: string
  readonly requestId: RequestId
}

/** How long an accepted order's status is kept at the least, in milliseconds: a day. */
export const ACCEPTED_KEPT_MILLIS = 24 * 60 * 60 * 1000
/** How long a final status is kept, in milliseconds: 30 minutes. */
export const FINAL_KEPT_MILLIS = 30 * 60 * 1000

/** What a look-up finds. A `Leased` request may or may not become an order. */
export type StatusLookup =
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Leased" }
  | { readonly _tag: "Kept"; readonly record: StatusRecord }

export class OrderStatuses extends Context.Service<OrderStatuses, {
  /**
   * For each request, in order and in one round trip: is it known, is its user over the limit, and if neither, claim
   * it. A known request costs its user nothing, so that honest retries always get in.
   */
  readonly admit: (
    requests: ReadonlyArray<AdmissionRequest>,
    policy: AdmissionPolicy
  ) => Effect.Effect<ReadonlyArray<Admission>, StoreUnavailable>
  /**
   * The claims' orders are in the log: keeps them as PENDING, where they are still theirs. Answers as soon as the end of
   * this process cannot take it back, which may be before the store has done it: a store that fails then leaves the
   * lease, as one that is away does.
   */
  readonly confirm: (
    claims: ReadonlyArray<Claim>
  ) => Effect.Effect<void, StoreUnavailable>
  /** The claims' orders are surely not in the log: gives them back, where they are still theirs. */
  readonly release: (claims: ReadonlyArray<Claim>) => Effect.Effect<void, StoreUnavailable>
  /**
   * Writes statuses, forwards only, and only for the same item and fingerprint. One that is refused for either reason
   * counts as written.
   */
  readonly write: (records: ReadonlyArray<StatusRecord>) => Effect.Effect<void, StoreUnavailable>
  readonly read: (requestId: RequestId) => Effect.Effect<StatusLookup, StoreUnavailable>
  /** The same for many in one round trip: as many as there are ids, in their order. */
  readonly readAll: (
    requestIds: ReadonlyArray<RequestId>
  ) => Effect.Effect<ReadonlyArray<StatusLookup>, StoreUnavailable>
}>()("@flash-sale/domain/ports/OrderStatuses") {}
