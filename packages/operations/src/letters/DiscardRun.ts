/** Discarding several letters, with a result for each: for callers who want to see all of them. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { Effect, Result } from "effect"
import * as Discard from "./Discard.ts"
import * as LetterBatch from "./LetterBatch.ts"
import * as Letters from "./Letters.ts"
import { distinct, type LetterSelection } from "./LetterSelection.ts"
import type { Refusal } from "./Refusal.ts"

/** As for `ReplayRun`. */
export type DiscardResult =
  | { readonly _tag: "Discarded"; readonly id: string; readonly discarded: Discard.Discarded }
  | { readonly _tag: "Refused"; readonly id: string; readonly refusal: Refusal }
  | { readonly _tag: "Failed"; readonly id: string; readonly error: StoreUnavailable }
  | { readonly _tag: "Left"; readonly id: string }

/** A result for each letter: those about which nothing is done come last. Named letters are discarded all, or none. */
export const run = Effect.fn("DiscardRun.run")(function*(
  selection: LetterSelection,
  operator: Operator
): Effect.fn.Return<ReadonlyArray<DiscardResult>, never, DeadLetters> {
  const ids = selection._tag === "Ids" ? distinct(selection.ids) : yield* Letters.open(selection.filter)
  const inspected = yield* LetterBatch.inspect(ids, Discard.inspect)
  const refused = LetterBatch.refusals(inspected).map(({ id, refusal }): DiscardResult => ({
    _tag: "Refused",
    id,
    refusal
  }))
  if (selection._tag === "Ids" && refused.length > 0) {
    const left = inspected.filter(({ step }) => step._tag !== "Refused")
    return [...left.map(({ id }): DiscardResult => ({ _tag: "Left", id })), ...refused]
  }
  const done = yield* LetterBatch.perform(
    inspected,
    (id, step) =>
      Effect.map(Effect.result(Discard.perform(step, operator)), (result): DiscardResult =>
        Result.isSuccess(result)
          ? { _tag: "Discarded", id, discarded: result.success }
          : { _tag: "Failed", id, error: result.failure })
  )
  return [...done, ...refused]
})
