/** How many dead letters are open. */
import { Schema } from "effect"
import { DeadLetterReason } from "../../../ports/DeadLetters.ts"
import * as Fields from "../../Fields.ts"

export const LetterCounts = Schema.Struct({
  total: Schema.Int,
  by_reason: Schema.Record(DeadLetterReason, Schema.Int),
  oldest_at: Schema.optionalKey(Fields.Timestamp)
}).annotate({ description: "All that are open, whatever this page was asked for, and however many" })
