/** The letters that one replay or discard is about: named ones, or those that a filter chooses. */
import type { DeadLetter, DeadLetters, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Effect } from "effect"
import * as LetterBatch from "./LetterBatch.ts"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"
import * as Replay from "./Replay.ts"

/**
 * - `Ids`: each once, in this order. All of them are handled, or none.
 * - `Filter`: those that are open and among the first `Letters.MAX_LETTERS`. What cannot be handled is left, and stops
 *   no other.
 */
export type LetterSelection =
  | { readonly _tag: "Ids"; readonly ids: ReadonlyArray<LetterId> }
  | { readonly _tag: "Filter"; readonly filter: Letters.Filter }

/** Each letter once, in order. */
export const distinct = (ids: ReadonlyArray<LetterId>): ReadonlyArray<LetterId> => [
  ...new Map(ids.map((id) => [LetterIdText.show(id), id])).values()
]

/** What is to be done about each letter. Changes nothing. */
export const inspect = (
  selection: LetterSelection
): Effect.Effect<
  ReadonlyArray<LetterBatch.Inspected<Replay.Step>>,
  Replay.InspectError,
  DeadLetters | OrderStatuses | ItemStore | OrderLog
> => {
  if (selection._tag === "Ids") return LetterBatch.inspect(distinct(selection.ids), Replay.inspect)
  return Effect.flatMap(
    Letters.open(selection.filter),
    (letters) =>
      LetterBatch.inspect<DeadLetter, Replay.Step, Replay.InspectError, OrderStatuses | ItemStore | OrderLog>(
        letters,
        Replay.inspectLetter
      )
  )
}
