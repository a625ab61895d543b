/** What is refused where the archive alone could answer. Bodies as in `Errors`. */
import { Schema } from "effect"
import { answer } from "../Answer.ts"
import * as Fields from "../Fields.ts"
import { fixed } from "../FixedField.ts"

/** It is asked of the archive, which this engine does not have. */
export class NoArchive extends Schema.Error<NoArchive>("NoArchive")({
  error: fixed("There is no archive"),
  code: fixed("no_archive"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(503, "It is asked of the archive, which this engine does not have.")) {
  readonly _tag = "NoArchive"
}
