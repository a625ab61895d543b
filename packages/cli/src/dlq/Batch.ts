/** Several letters in one command: all are inspected before the first is changed. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import * as LetterBatch from "@flash-sale/operations/letters/LetterBatch"
import type { Refused } from "@flash-sale/operations/letters/Refusal"
import { Console, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as LetterWords from "./LetterWords.ts"

type KnownError = Parameters<typeof CommandFailed.from>[0]
type Tagged = { readonly _tag: string }

/** The step for each letter. */
export const inspect = <A extends LetterId, Step, E, R>(
  letters: ReadonlyArray<A>,
  inspectOne: (letter: A) => Effect.Effect<Step, E, R>
) => Target.bounded(LetterBatch.inspect(letters, inspectOne))

/** One line for each that is refused. */
export const refusals = <Step extends Tagged>(
  inspected: ReadonlyArray<LetterBatch.Inspected<Step | Refused>>
): ReadonlyArray<string> =>
  LetterBatch.refusals(inspected).map(({ id, refusal }) => `${id} ${LetterWords.ofRefusal(refusal)}`)

/** Performs the other steps, each by itself, and prints a line for each. Stops at the first that fails. */
export const perform = <Step extends Tagged, E extends KnownError, R>(
  inspected: ReadonlyArray<LetterBatch.Inspected<Step>>,
  act: (step: Exclude<Step, Refused>) => Effect.Effect<string, E, R>
) =>
  Effect.asVoid(LetterBatch.perform(inspected, (id, step) =>
    Target.boundedAppend(act(step)).pipe(
      Effect.mapError((error) => CommandFailed.about(id, CommandFailed.from(error))),
      Effect.flatMap(Console.log)
    )))
