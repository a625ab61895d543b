/** Discarding a letter: it counts as handled without a new attempt. */
import type { DeadLetters, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect } from "effect"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"

/** What is to be done about a letter; `Done` where it was discarded before. */
export type Step =
  | { readonly _tag: "Ready"; readonly id: LetterId }
  | { readonly _tag: "Done"; readonly line: string }
  | { readonly _tag: "Refused"; readonly why: string }

/** What `perform` would do about this letter. Changes nothing. */
export const inspect = Effect.fn("Discard.inspect")(function*(
  id: LetterId
): Effect.fn.Return<Step, never, DeadLetters> {
  const found = yield* Letters.find(id)
  switch (found._tag) {
    case "Unknown":
      return { _tag: "Refused", why: Letters.NOT_KNOWN }
    case "Open":
      return { _tag: "Ready", id }
    case "Handled":
      return found.handling?.action === "discarded"
        ? { _tag: "Done", line: `${LetterIdText.show(id)}: ${Letters.describeHandling(found.handling)}` }
        : { _tag: "Refused", why: Letters.describeHandling(found.handling) }
  }
})

/** Performs the step, and returns a line about it. */
export const perform = Effect.fn("Discard.perform")(function*(
  step: Exclude<Step, { readonly _tag: "Refused" }>,
  operator: Letters.Operator
): Effect.fn.Return<string, StoreUnavailable, DeadLetters> {
  if (step._tag === "Done") return step.line
  yield* Letters.handle(step.id, "discarded", operator)
  return `${LetterIdText.show(step.id)}: discarded`
})
