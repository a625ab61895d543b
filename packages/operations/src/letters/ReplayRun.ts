/** Replaying several letters, with a result for each: for callers who want to see all of them. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { Effect, Result } from "effect"
import * as LetterBatch from "./LetterBatch.ts"
import * as LetterSelection from "./LetterSelection.ts"
import type { Refusal } from "./Refusal.ts"
import * as Replay from "./Replay.ts"

/**
 * - `Replayed`: see `Replay.Replayed`.
 * - `Refused`: nothing was done about it.
 * - `Failed`: it is as it was, or (`AppendUnknown`) nobody knows; replaying it again starts no second attempt.
 * - `Left`: it could be replayed, and another letter that was named with it could not.
 */
export type LetterResult =
  | { readonly _tag: "Replayed"; readonly id: string; readonly replayed: Replay.Replayed }
  | { readonly _tag: "Refused"; readonly id: string; readonly refusal: Refusal }
  | { readonly _tag: "Failed"; readonly id: string; readonly error: Replay.ReplayError }
  | { readonly _tag: "Left"; readonly id: string }

/** A result for each letter: those about which nothing is done come last. */
export const run = Effect.fn("ReplayRun.run")(function*(
  selection: LetterSelection.LetterSelection,
  operator: Operator
): Effect.fn.Return<
  ReadonlyArray<LetterResult>,
  StoreUnavailable,
  DeadLetters | OrderStatuses | ItemStore | OrderLog
> {
  const inspected = yield* LetterSelection.inspect(selection)
  const refused = LetterBatch.refusals(inspected).map(({ id, refusal }): LetterResult => ({
    _tag: "Refused",
    id,
    refusal
  }))
  if (selection._tag === "Ids" && refused.length > 0) {
    const left = inspected.filter(({ step }) => step._tag !== "Refused")
    return [...left.map(({ id }): LetterResult => ({ _tag: "Left", id })), ...refused]
  }
  const done = yield* LetterBatch.perform(
    inspected,
    (id, step) =>
      Effect.map(Effect.result(Replay.perform(step, operator)), (result): LetterResult =>
        Result.isSuccess(result)
          ? { _tag: "Replayed", id, replayed: result.success }
          : { _tag: "Failed", id, error: result.failure })
  )
  return [...done, ...refused]
})
