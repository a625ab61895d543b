/** Discarding several letters, with a result for each. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { type Duration, Effect } from "effect"
import * as Discard from "./Discard.ts"
import * as LetterBatch from "./LetterBatch.ts"
import * as LetterRun from "./LetterRun.ts"
import * as Letters from "./Letters.ts"
import { distinct, type LetterSelection } from "./LetterSelection.ts"

export type DiscardResult =
  | { readonly _tag: "Discarded"; readonly id: string; readonly discarded: Discard.Discarded }
  | LetterRun.Unhandled<StoreUnavailable>

/** What is to be done about each letter. Changes nothing. Waits until the letters are read; the caller bounds that. */
export const inspect = (
  selection: LetterSelection
): Effect.Effect<ReadonlyArray<LetterBatch.Inspected<Discard.Step>>, never, DeadLetters> =>
  selection._tag === "Ids"
    ? LetterBatch.inspect(distinct(selection.ids), Discard.inspect)
    : Effect.flatMap(Letters.open(selection.filter), (letters) => LetterBatch.inspect(letters, Discard.inspect))

/** A result for each letter that was inspected, as `LetterRun` gives them. */
export const perform = Effect.fn("DiscardRun.perform")(function*(
  selection: LetterSelection,
  inspected: ReadonlyArray<LetterBatch.Inspected<Discard.Step>>,
  operator: Operator,
  within?: Duration.Input
): Effect.fn.Return<ReadonlyArray<DiscardResult>, never, DeadLetters> {
  return yield* LetterRun.perform(
    selection,
    inspected,
    (step) => Discard.perform(step, operator),
    (id, discarded) => ({ _tag: "Discarded" as const, id, discarded }),
    within
  )
})
