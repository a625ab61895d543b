/**
 * Checking keys and tokens that are not remembered: so many at once, each in a bounded time, and wrong ones by the
 * address that sends them. At the gateway's port and at the admin port. Decision 0040.
 */
import type { Callers, Identity } from "@flash-sale/domain/ports/Callers"
import * as FailureLimit from "@flash-sale/infra/http/FailureLimit"
import { Effect } from "effect"
import type { EntryDenial } from "./Denied.ts"

/** Wrong keys and tokens of one address (IPv6: of one /64) in a window, in milliseconds. */
export const CREDENTIAL_FAILURES = { max: 60, window: 60_000, clients: 20_000 }
/** How long it may take to check a token. */
const CHECK_TIMEOUT = "5 seconds"
const TOO_SLOW: Identity = { _tag: "CannotTell", why: "the check took too long" }

interface Overloaded {
  readonly _tag: "Overloaded"
}
const OVERLOADED: Overloaded = { _tag: "Overloaded" }

export interface CredentialChecks {
  /**
   * How long an address has to wait, in milliseconds, as it has failed too often; 0 where it has not. `client` names
   * the address, and is only asked where that is needed.
   */
  readonly waitOf: (client: () => string) => number
  /** Who sends this header; `Overloaded` where as many are being checked as may be. */
  readonly check: (authorization: string | undefined) => Effect.Effect<Identity | Overloaded>
  /**
   * Counts a credential that was rejected, and says what is answered. An address whose bound was reached while this
   * one was being checked is told so: many that are checked at once tell no more than one after the other.
   */
  readonly reject: (identity: Extract<Identity, { readonly _tag: "Rejected" }>, client: () => string) => EntryDenial
}

/** `now` is a monotonic clock, in milliseconds. */
export const make = (callers: Callers["Service"], maxChecks: number, now: () => number): CredentialChecks => {
  const addresses = FailureLimit.make(CREDENTIAL_FAILURES, now)
  let checks = 0
  const waitOf = (client: () => string): number => addresses.isClean() ? 0 : addresses.waitOf(client())
  return {
    waitOf,
    check: (authorization) =>
      Effect.suspend((): Effect.Effect<Identity | Overloaded> => {
        if (checks >= maxChecks) return Effect.succeed(OVERLOADED)
        checks++
        return callers.identify(authorization).pipe(
          Effect.timeoutOrElse({ duration: CHECK_TIMEOUT, orElse: () => Effect.succeed(TOO_SLOW) }),
          Effect.ensuring(Effect.sync(() => checks--))
        )
      }),
    reject: (identity, client) => {
      const wait = waitOf(client)
      if (wait > 0) return { _tag: "TooManyFailures", wait }
      addresses.failed(client())
      return identity
    }
  }
}
