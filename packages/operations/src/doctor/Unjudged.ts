/** The checks of a part whose settings make no sense: nobody knows where to look. Pure. */
import type { CheckId, Finding } from "./Check.ts"
import * as Check from "./Check.ts"

const ids = Object.keys(Check.CHECKS) as ReadonlyArray<CheckId>

const all = (...parts: ReadonlyArray<string>): ReadonlyArray<Finding> =>
  ids.filter((id) => parts.some((part) => id.startsWith(part)))
    .map((id) => Check.notLookedAt(id, "its variables make no sense"))

export const redis = all("redis.", "clock.redis")
export const kafka = all("kafka.", "clock.records")
export const archive = all("archive.")
export const folder = all("folder.", "log.", "archive.", "letters.", "holds.", "refunds.")
