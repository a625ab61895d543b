/** The error of every port whose adapter keeps something: items, statuses, marks, live events. */
import { Schema } from "effect"

/** The store cannot be reached; nothing is known to have changed. Wait and try the same again. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  detail: Schema.String
}) {}
