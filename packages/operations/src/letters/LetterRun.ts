/** Handling several letters, with a result for each: for callers who want to see all of them. */
import { AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { type Duration, Effect, Result } from "effect"
import * as LetterBatch from "./LetterBatch.ts"
import type { LetterSelection } from "./LetterSelection.ts"
import type { Refusal, Refused } from "./Refusal.ts"

type Tagged = { readonly _tag: string }

/**
 * A letter that was not handled.
 *
 * - `Refused`: nothing was done about it.
 * - `Failed`: it is as it was, or (`AppendUnknown`) nobody knows; handling it again is safe.
 * - `Left`: it could be handled, and another letter that was named with it could not.
 * - `NotTried`: the time was over before it was begun.
 */
export type Unhandled<E> =
  | { readonly _tag: "Refused"; readonly id: string; readonly refusal: Refusal }
  | { readonly _tag: "Failed"; readonly id: string; readonly error: E | AppendUnknown }
  | { readonly _tag: "Left" | "NotTried"; readonly id: string }

/**
 * A result for each letter that was inspected: those about which nothing is done come last. What is under way when the
 * time is over is `Failed` with `AppendUnknown`. Named letters are handled all, or none.
 */
export const perform = <Step extends Tagged, A, E, R, Handled>(
  selection: LetterSelection,
  inspected: ReadonlyArray<LetterBatch.Inspected<Step>>,
  act: (step: Exclude<Step, Refused>) => Effect.Effect<A, E, R>,
  handled: (id: string, value: A) => Handled,
  within?: Duration.Input
): Effect.Effect<ReadonlyArray<Handled | Unhandled<E>>, never, R> => {
  const resultOf = ({ id, standing }: LetterBatch.Performed<Result.Result<A, E>>): Handled | Unhandled<E> => {
    switch (standing._tag) {
      case "NotBegun":
        return { _tag: "NotTried", id }
      case "Begun":
        return { _tag: "Failed", id, error: new AppendUnknown({ detail: "the time was over" }) }
      case "Ended":
        return Result.isSuccess(standing.value)
          ? handled(id, standing.value.success)
          : { _tag: "Failed", id, error: standing.value.failure }
    }
  }
  const refused = LetterBatch.refusals(inspected).map(({ id, refusal }) => ({ _tag: "Refused" as const, id, refusal }))
  if (selection._tag === "Ids" && refused.length > 0) {
    const left = inspected.filter(({ step }) => step._tag !== "Refused")
    return Effect.succeed([...left.map(({ id }) => ({ _tag: "Left" as const, id })), ...refused])
  }
  return Effect.map(
    LetterBatch.perform(inspected, (_, step) => Effect.result(act(step)), within),
    (performed) => [...performed.map(resultOf), ...refused]
  )
}
