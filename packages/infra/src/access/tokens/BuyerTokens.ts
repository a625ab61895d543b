/** Buyers' tokens: those that were verified once, and the others by `jose`. */
import type { Identity } from "@flash-sale/domain/ports/Callers"
import { Clock, Effect, type Scope } from "effect"
import type { CannotUseFile } from "../../watch/WatchedFile.ts"
import { rejected } from "../answers/Rejected.ts"
import * as BuyerTokenCheck from "./BuyerTokenCheck.ts"
import type { BuyerTokenSettings } from "./BuyerTokenConfig.ts"
import type * as BuyerTokenKeys from "./BuyerTokenKeys.ts"
import * as BuyerTokenKeySource from "./BuyerTokenKeySource.ts"

export interface BuyerTokens {
  /** Who sends this header, where its token was verified before and that holds `now` (milliseconds since 1970, UTC). */
  readonly find: (header: string, now: number) => Identity | undefined
  /** The same of a token that is to be verified. Asks for other keys where it names one that is not known. */
  readonly verify: (header: string, token: string) => Effect.Effect<Identity>
}

const unknownSigner = rejected("the token names a key that is not known")
const cannotTell: Identity = { _tag: "CannotTell", why: "the keys of buyers' tokens cannot be read now" }

/** What a token proves under these keys, which remember it where it is good; its `kid` where its key is another. */
const check = (
  { keys, verified }: BuyerTokenKeys.Generation,
  wanted: BuyerTokenCheck.Wanted,
  header: string,
  token: string
): Effect.Effect<Identity | string> =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const verdict = yield* Effect.promise(() => BuyerTokenCheck.check(keys, token, wanted, now))
    switch (verdict._tag) {
      case "KeyUnknown":
        return verdict.kid
      case "Rejected":
        return verdict
      case "Verified": {
        const identity: Identity = { _tag: "Identified", caller: verdict.caller }
        verified.keep(header, { identity, from: verdict.from, until: verdict.until })
        return identity
      }
    }
  })

/** Fails where a file holds no keys. */
export const make = Effect.fnUntraced(function*(
  wanted: BuyerTokenSettings
): Effect.fn.Return<BuyerTokens, CannotUseFile, Scope.Scope> {
  const { current, settle } = yield* BuyerTokenKeySource.make(wanted.source)
  return {
    find: (header, now) => current()?.verified.find(header, now),
    verify: Effect.fnUntraced(function*(header: string, token: string) {
      const first = current()
      // No token needs a name where there are no keys: whatever it names, they have to be asked for.
      const found = first === undefined ? "" : yield* check(first, wanted, header, token)
      if (typeof found !== "string") return found
      const isSettled = yield* settle(found)
      const second = current()
      const then = second === undefined || second === first ? found : yield* check(second, wanted, header, token)
      if (typeof then !== "string") return then
      return second !== undefined && isSettled ? unknownSigner : cannotTell
    })
  }
})
