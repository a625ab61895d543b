/**
 * Which request each `Idempotency-Key` of the admin API belongs to. Nothing is counted by it: that a change counts once
 * is the fold's doing, by the change's command id. It only tells a retry from another request under the same key.
 * Decision 0042.
 */
import { Context, type Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** How long a key is remembered, in milliseconds: a day. */
export const REMEMBERED_MILLIS = 24 * 60 * 60 * 1000

/**
 * - `New`: nobody has used the key within `REMEMBERED_MILLIS`. It belongs to this request from now on.
 * - `Same`: it belongs to the same request.
 * - `Other`: it belongs to another request, and stays with it.
 */
export type KeyUse = "New" | "Same" | "Other"

export class IdempotencyKeys extends Context.Service<IdempotencyKeys, {
  /**
   * Uses a key, in one step: of several that use it at the same moment one finds it new. `key` and `request` are
   * digests, letters and digits of bounded length.
   */
  readonly use: (key: string, request: string) => Effect.Effect<KeyUse, StoreUnavailable>
}>()("@flash-sale/domain/ports/IdempotencyKeys") {}

/** What a key is to a request, by the request that it belonged to before; undefined where it belonged to none. */
export const useOf = (before: string | undefined, request: string): KeyUse =>
  before === undefined ? "New" : before === request ? "Same" : "Other"
