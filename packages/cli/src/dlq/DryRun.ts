/** `flash-sale dlq replay --dry-run`: what it would do. */
import type { LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import { Console, Effect } from "effect"
import { Engine } from "../engine/Engine.ts"
import * as PreviewFormat from "./PreviewFormat.ts"

/** Prints it. Changes nothing. */
export const run = Effect.fnUntraced(function*(selection: LetterSelection, json: boolean) {
  const engine = yield* Engine
  const rows = yield* engine.previewReplay(selection)
  if (json) return yield* Effect.forEach(rows, (row) => Console.log(PreviewFormat.jsonLine(row)), { discard: true })
  yield* Console.log(rows.length === 0 ? "no dead letters" : PreviewFormat.table(rows))
})
