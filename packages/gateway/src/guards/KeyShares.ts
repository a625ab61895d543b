/**
 * How many orders of each api key are in flight, so that one script that goes wrong does not take every place. Why:
 * docs/decisions/0040-who-is-let-in.md.
 */
import type { KeyName } from "@flash-sale/domain/access/ApiKey"
import type { Caller } from "@flash-sale/domain/access/Caller"

/** Requests in flight at one gateway, or of one api key: what `MAX_IN_FLIGHT` and `KEY_MAX_IN_FLIGHT` bound. */
export interface InFlight {
  count: number
}

/** Keys without an order in flight that are remembered; there are rarely more than a few keys. */
const MAX_IDLE = 1_000

/** The count of the caller's orders; undefined where the caller has no key, and so no share. */
export type KeyShares = (caller: Caller) => InFlight | undefined

export const make = (): KeyShares => {
  const shares = new Map<KeyName, InFlight>()
  const begin = (name: KeyName): InFlight => {
    if (shares.size >= MAX_IDLE) { for (const [known, { count }] of shares) if (count === 0) shares.delete(known) }
    const begun: InFlight = { count: 0 }
    shares.set(name, begun)
    return begun
  }
  return (caller) => caller._tag === "Key" ? shares.get(caller.name) ?? begin(caller.name) : undefined
}
