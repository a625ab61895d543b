/** Several letters in one command: all are inspected before the first is changed. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { Console, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as LetterIdText from "./LetterIdText.ts"

/** Letters that are handled at the same time. They begin in their order, so that what is appended keeps it. */
const AT_ONCE = 32

type Refused = { readonly _tag: "Refused"; readonly why: string }
type KnownError = Parameters<typeof CommandFailed.from>[0]
type Tagged = { readonly _tag: string }

export interface Inspected<Step> {
  readonly id: string
  readonly step: Step
}

/** The step for each letter. */
export const inspect = <A extends LetterId, Step, E, R>(
  letters: ReadonlyArray<A>,
  inspectOne: (letter: A) => Effect.Effect<Step, E, R>
) =>
  Target.bounded(Effect.forEach(
    letters,
    (letter) => Effect.map(inspectOne(letter), (step): Inspected<Step> => ({ id: LetterIdText.show(letter), step })),
    { concurrency: AT_ONCE }
  ))

/** One line for each that is refused. */
export const refusals = <Step extends Tagged>(
  inspected: ReadonlyArray<Inspected<Step | Refused>>
): ReadonlyArray<string> => inspected.flatMap(({ id, step }) => isRefused(step) ? [`${id} ${step.why}`] : [])

/** Performs the other steps, each by itself, and prints a line for each. Stops at the first that fails. */
export const perform = <Step extends Tagged, E extends KnownError, R>(
  inspected: ReadonlyArray<Inspected<Step>>,
  act: (step: Exclude<Step, Refused>) => Effect.Effect<string, E, R>
) =>
  Effect.forEach(
    inspected,
    ({ id, step }) =>
      isRefused(step) ? Effect.void : Target.boundedAppend(act(step as Exclude<Step, Refused>)).pipe(
        Effect.mapError((error) => CommandFailed.about(id, CommandFailed.from(error))),
        Effect.flatMap(Console.log)
      ),
    { concurrency: AT_ONCE, discard: true }
  )

const isRefused = (step: Tagged): step is Refused => step._tag === "Refused"
