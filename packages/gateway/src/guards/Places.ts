/**
 * The places of a gateway: so many orders, and calls about orders, may be in flight at once, and so many of one api
 * key. Whoever takes a place gives it back when its answer is made.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Context, Effect, Layer } from "effect"
import * as Refusals from "../request/Refusals.ts"
import * as KeyShares from "./KeyShares.ts"

export interface Settings {
  /** Orders that may be in flight at once; more are refused as `overloaded`. */
  readonly maxInFlight: number
  /** Those of one api key; more are refused as `quota_exceeded`. */
  readonly keyMaxInFlight: number
}

export class Places extends Context.Service<Places, {
  /** All that are taken. */
  readonly taken: KeyShares.InFlight
  /** Those that the caller's key has taken; undefined where the caller has no key, and so no share. */
  readonly shareOf: KeyShares.KeyShares
  /** Why there is no place left for a caller with this share; undefined where there is one. */
  readonly refusalOf: (
    correlationId: CorrelationId,
    share: KeyShares.InFlight | undefined
  ) => Refusals.Full | undefined
  /** Does this in a place of its own, or refuses it. */
  readonly within: <A, E, R>(
    correlationId: CorrelationId,
    caller: Caller,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | Refusals.Full, R>
}>()("@flash-sale/gateway/guards/Places") {}

export const layer = ({ keyMaxInFlight, maxInFlight }: Settings): Layer.Layer<Places> =>
  Layer.sync(Places, () => {
    const taken: KeyShares.InFlight = { count: 0 }
    const shareOf = KeyShares.make()
    const refusalOf = (correlationId: CorrelationId, share: KeyShares.InFlight | undefined) => {
      if (share !== undefined && share.count >= keyMaxInFlight) return Refusals.quotaExceeded(correlationId)
      return taken.count >= maxInFlight ? Refusals.unavailable(correlationId, "overloaded") : undefined
    }
    return {
      taken,
      shareOf,
      refusalOf,
      within: <A, E, R>(correlationId: CorrelationId, caller: Caller, effect: Effect.Effect<A, E, R>) =>
        Effect.suspend((): Effect.Effect<A, E | Refusals.Full, R> => {
          const share = shareOf(caller)
          const refusal = refusalOf(correlationId, share)
          if (refusal !== undefined) return Effect.fail(refusal)
          const add = (n: number) => {
            taken.count += n
            if (share !== undefined) share.count += n
          }
          add(1)
          return Effect.ensuring(effect, Effect.sync(() => add(-1)))
        })
    }
  })
