/** `flash-sale dlq replay --dry-run`: what it would do. */
import type { LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import * as ReplayPreview from "@flash-sale/operations/letters/ReplayPreview"
import { Console, Effect } from "effect"
import * as Target from "../terminal/Target.ts"
import * as PreviewFormat from "./PreviewFormat.ts"

/** Prints it. Changes nothing. */
export const run = Effect.fnUntraced(function*(selection: LetterSelection, json: boolean) {
  const preview = yield* Target.bounded(ReplayPreview.preview(selection))
  if (json) return yield* Effect.forEach(preview.entries, (entry) => Console.log(PreviewFormat.jsonLine(entry)))
  if (preview.entries.length === 0) return yield* Console.log("no dead letters")
  yield* Console.log(PreviewFormat.table(preview))
})
