/** Discarding a letter: it counts as handled without a new attempt. */
import type { DeadLetters, Handling, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { Effect } from "effect"
import * as Letters from "./Letters.ts"
import { type Refused, refused } from "./Refusal.ts"

/**
 * What is to be done about a letter; `Done` where it was discarded before. `isPaidBack`: it tells of money that a shop
 * owed to a buyer, and discarding it says that the buyer has it back.
 */
export type Step =
  | { readonly _tag: "Ready"; readonly id: LetterId; readonly isPaidBack: boolean }
  | { readonly _tag: "Done"; readonly id: LetterId; readonly handling: Handling }
  | Refused

/** What became of it: discarded now, or before. */
export type Discarded =
  | { readonly _tag: "Discarded"; readonly id: LetterId; readonly isPaidBack: boolean }
  | { readonly _tag: "Done"; readonly id: LetterId; readonly handling: Handling }

/** What `perform` would do about this letter. Changes nothing. */
export const inspect = Effect.fn("Discard.inspect")(function*(
  id: LetterId
): Effect.fn.Return<Step, never, DeadLetters> {
  const found = yield* Letters.find(id)
  switch (found._tag) {
    case "Unknown":
      return refused({ code: "unknown_letter" })
    case "Open":
      return { _tag: "Ready", id, isPaidBack: found.letter.error === "Payment Without Order" }
    case "Handled":
      return found.handling?.action === "discarded"
        ? { _tag: "Done", id, handling: found.handling }
        : refused({ code: "handled", handling: found.handling })
  }
})

/** Performs the step. */
export const perform = Effect.fn("Discard.perform")(function*(
  step: Exclude<Step, Refused>,
  operator: Operator
): Effect.fn.Return<Discarded, StoreUnavailable, DeadLetters> {
  if (step._tag === "Done") return step
  yield* Letters.handle(step.id, "discarded", operator)
  return { _tag: "Discarded", id: step.id, isPaidBack: step.isPaidBack }
})
