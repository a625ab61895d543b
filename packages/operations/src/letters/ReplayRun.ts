/** Replaying several letters, with a result for each: for callers who want to see all of them. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { AppendUnknown, type OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { type Duration, Effect, Result } from "effect"
import * as LetterBatch from "./LetterBatch.ts"
import type { LetterSelection } from "./LetterSelection.ts"
import type { Refusal } from "./Refusal.ts"
import * as Replay from "./Replay.ts"

/**
 * - `Replayed`: see `Replay.Replayed`. Its next attempt is in the log, whatever failed afterwards.
 * - `Refused`: nothing was done about it.
 * - `Failed`: no attempt is in the log, or (`AppendUnknown`) nobody knows; replaying it again starts no second attempt.
 * - `Left`: it could be replayed, and another letter that was named with it could not.
 * - `NotTried`: the time was over before it was begun.
 */
export type LetterResult =
  | { readonly _tag: "Replayed"; readonly id: string; readonly replayed: Replay.Replayed }
  | { readonly _tag: "Refused"; readonly id: string; readonly refusal: Refusal }
  | { readonly _tag: "Failed"; readonly id: string; readonly error: Replay.ReplayError }
  | { readonly _tag: "Left" | "NotTried"; readonly id: string }

/**
 * A result for each letter that was inspected by `LetterSelection.inspect`: those about which nothing is done come
 * last. What is under way when the time is over is `Failed` with `AppendUnknown`.
 */
export const perform = Effect.fn("ReplayRun.perform")(function*(
  selection: LetterSelection,
  inspected: ReadonlyArray<LetterBatch.Inspected<Replay.Step>>,
  operator: Operator,
  within?: Duration.Input
): Effect.fn.Return<ReadonlyArray<LetterResult>, never, DeadLetters | OrderStatuses | ItemStore | OrderLog> {
  const refused = LetterBatch.refusals(inspected).map(({ id, refusal }): LetterResult => ({
    _tag: "Refused",
    id,
    refusal
  }))
  if (selection._tag === "Ids" && refused.length > 0) {
    const left = inspected.filter(({ step }) => step._tag !== "Refused")
    return [...left.map(({ id }): LetterResult => ({ _tag: "Left", id })), ...refused]
  }
  const performed = yield* LetterBatch.perform(
    inspected,
    (_, step) => Effect.result(Replay.perform(step, operator)),
    within
  )
  return [...performed.map(resultOf), ...refused]
})

const resultOf = (
  { id, standing }: LetterBatch.Performed<Result.Result<Replay.Replayed, Replay.ReplayError>>
): LetterResult => {
  switch (standing._tag) {
    case "NotBegun":
      return { _tag: "NotTried", id }
    case "Begun":
      return { _tag: "Failed", id, error: new AppendUnknown({ detail: "the time was over" }) }
    case "Ended":
      return Result.isSuccess(standing.value)
        ? { _tag: "Replayed", id, replayed: standing.value.success }
        : { _tag: "Failed", id, error: standing.value.failure }
  }
}
