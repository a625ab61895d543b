/** Moments as records keep them: milliseconds since 1970 (UTC). */
import { Schema } from "effect"
import { isWhole } from "./Ids.ts"

/** The last moment that has a name. */
export const LAST_INSTANT = 8_640_000_000_000_000
/** Milliseconds since 1970 (UTC). */
export const Instant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: LAST_INSTANT }))
export const isInstant = (value: number): boolean => isWhole(value, 0, LAST_INSTANT)
