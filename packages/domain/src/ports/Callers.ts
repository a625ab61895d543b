/** Tells callers apart by what they send: api keys out of a file, and buyers' tokens that a shop has signed. */
import { Context, type Effect } from "effect"
import type { KeyInfo } from "../access/ApiKey.ts"
import type { Caller } from "../access/Caller.ts"

/**
 * What a header proves.
 *
 * - `Identified`: who sends it.
 * - `Rejected`: it proves nothing: 401. `why` is for the caller, and tells nothing that helps to guess.
 * - `CannotTell`: what is needed to check it cannot be read now: 503, retryable.
 */
export type Identity =
  | { readonly _tag: "Identified"; readonly caller: Caller }
  | { readonly _tag: "Rejected"; readonly code: "unauthenticated" | "token_too_long"; readonly why: string }
  | { readonly _tag: "CannotTell"; readonly why: string }

export class Callers extends Context.Service<Callers, {
  /**
   * Who sends this header `Authorization`, where that is known without waiting: it is absent, an api key, not a
   * credential at all, or a token that was verified before and has not expired. Undefined: ask `identify`. Never
   * throws.
   */
  readonly known: (authorization: string | undefined) => Identity | undefined
  /** The same, with the patience that a new token needs. */
  readonly identify: (authorization: string | undefined) => Effect.Effect<Identity>
  /**
   * The api keys as they are taken now, in the order of their file, with those that have expired: few, and cheap to
   * ask for. Where there are none the admin API answers 503 `no_keys`.
   */
  readonly keys: () => ReadonlyArray<KeyInfo>
}>()("@flash-sale/domain/ports/Callers") {}
