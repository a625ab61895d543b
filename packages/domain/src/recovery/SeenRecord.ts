/** Whether a log is the one that was folded: it is known by the record that the store saw last. Pure. */
import type { Seen } from "../ports/RecoveryMarks.ts"
import * as Digest from "../records/Digest.ts"
import type { LogRecord } from "../records/LogRecord.ts"
import type { Halt, RecoveryInput } from "./RecoveryPlan.ts"

/**
 * The record by which the log is recognised; undefined where the mark has none, or the log was trimmed beyond it.
 */
export const toRecognise = ({ bounds, mark }: Pick<RecoveryInput, "bounds" | "mark">): Seen | undefined =>
  mark?.seen !== undefined && mark.seen.offset >= bounds.start ? mark.seen : undefined

/**
 * Why this is not the log that was folded, by the first record at or after the offset of `seen`; undefined where it is.
 */
export const replaced = ({ digest, offset }: Seen, found: LogRecord | undefined): Halt | undefined => {
  if (found?.offset !== offset) return { _tag: "ReplacedLog", offset, found: "nothing" }
  return Digest.of(found) === digest ? undefined : { _tag: "ReplacedLog", offset, found: "another" }
}
