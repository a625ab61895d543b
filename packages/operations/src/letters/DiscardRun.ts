/** Discarding several letters, with a result for each. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { type Duration, Effect, Result } from "effect"
import * as Discard from "./Discard.ts"
import * as LetterBatch from "./LetterBatch.ts"
import * as Letters from "./Letters.ts"
import { distinct, type LetterSelection } from "./LetterSelection.ts"
import type { Refusal } from "./Refusal.ts"

/** As for `ReplayRun`. `Failed`: it is as it was, or (`AppendUnknown`) nobody knows; discarding it again is safe. */
export type DiscardResult =
  | { readonly _tag: "Discarded"; readonly id: string; readonly discarded: Discard.Discarded }
  | { readonly _tag: "Refused"; readonly id: string; readonly refusal: Refusal }
  | { readonly _tag: "Failed"; readonly id: string; readonly error: StoreUnavailable | AppendUnknown }
  | { readonly _tag: "Left" | "NotTried"; readonly id: string }

/** What is to be done about each letter. Changes nothing. Waits until the letters are read; the caller bounds that. */
export const inspect = (
  selection: LetterSelection
): Effect.Effect<ReadonlyArray<LetterBatch.Inspected<Discard.Step>>, never, DeadLetters> =>
  selection._tag === "Ids"
    ? LetterBatch.inspect(distinct(selection.ids), Discard.inspect)
    : Effect.flatMap(Letters.open(selection.filter), (letters) => LetterBatch.inspect(letters, Discard.inspect))

/** A result for each letter: those about which nothing is done come last. Named letters are discarded all, or none. */
export const perform = Effect.fn("DiscardRun.perform")(function*(
  selection: LetterSelection,
  inspected: ReadonlyArray<LetterBatch.Inspected<Discard.Step>>,
  operator: Operator,
  within?: Duration.Input
): Effect.fn.Return<ReadonlyArray<DiscardResult>, never, DeadLetters> {
  const refused = LetterBatch.refusals(inspected).map(({ id, refusal }): DiscardResult => ({
    _tag: "Refused",
    id,
    refusal
  }))
  if (selection._tag === "Ids" && refused.length > 0) {
    const left = inspected.filter(({ step }) => step._tag !== "Refused")
    return [...left.map(({ id }): DiscardResult => ({ _tag: "Left", id })), ...refused]
  }
  const performed = yield* LetterBatch.perform(
    inspected,
    (_, step) => Effect.result(Discard.perform(step, operator)),
    within
  )
  return [...performed.map(resultOf), ...refused]
})

const resultOf = (
  { id, standing }: LetterBatch.Performed<Result.Result<Discard.Discarded, StoreUnavailable>>
): DiscardResult => {
  switch (standing._tag) {
    case "NotBegun":
      return { _tag: "NotTried", id }
    case "Begun":
      return { _tag: "Failed", id, error: new AppendUnknown({ detail: "the time was over" }) }
    case "Ended":
      return Result.isSuccess(standing.value)
        ? { _tag: "Discarded", id, discarded: standing.value.success }
        : { _tag: "Failed", id, error: standing.value.failure }
  }
}
