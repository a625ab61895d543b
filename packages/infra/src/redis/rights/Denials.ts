/** What Redis has denied the user of a connection. `RedisRights` finds out which rights are missing. */
import { Latch } from "effect"

export interface Denials {
  /** Opens when Redis denies a command. */
  readonly noticed: Latch.Latch
  /** The reply that denied the last one. */
  last: string | undefined
  /** Whether the user lacks a right that orders need: Redis then counts as away. */
  lacksNeeded: boolean
}

export const make = (): Denials => ({ noticed: Latch.makeUnsafe(false), last: undefined, lacksNeeded: false })

/** Up to Redis 7.0 a denial begins otherwise where a script gives the command. */
const DENIED = /^(?:NOPERM |ERR The user executing the script can't )/

/** Whether Redis refused a command for want of a right. */
export const isDenial = (detail: string): boolean => DENIED.test(detail)

/** Takes note of an error's detail where it is a denial. */
export const note = (denials: Denials, detail: string): void => {
  if (!isDenial(detail)) return
  denials.last = detail
  denials.noticed.openUnsafe()
}
