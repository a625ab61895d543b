/** Several letters at once: all are inspected before the first is changed. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { Array as Arr, type Duration, Effect } from "effect"
import * as WithinTime from "../append/WithinTime.ts"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"
import type { Refusal, Refused } from "./Refusal.ts"

/** Letters that are handled at the same time. They begin in their order, so that what is appended keeps it. */
const AT_ONCE = 32

type Tagged = { readonly _tag: string }

/** What is to be done about a letter, which is named as `LetterIdText` writes it. */
export interface Inspected<Step> {
  readonly id: string
  readonly step: Step
}

/** Does this with some after the other, and lets the thread do something else in between. */
export const inSlices = <A, B, E, R>(
  all: ReadonlyArray<A>,
  act: (some: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E, R>
): Effect.Effect<ReadonlyArray<B>, E, R> =>
  Effect.map(
    Effect.forEach(Arr.chunksOf(all, Letters.SLICE), (some) => Effect.tap(act(some), () => Effect.yieldNow)),
    (slices) => slices.flat()
  )

/** The step for each letter. Changes nothing. */
export const inspect = <A extends LetterId, Step, E, R>(
  letters: ReadonlyArray<A>,
  inspectOne: (letter: A) => Effect.Effect<Step, E, R>
): Effect.Effect<ReadonlyArray<Inspected<Step>>, E, R> =>
  inSlices(letters, (some) =>
    Effect.forEach(
      some,
      (letter) => Effect.map(inspectOne(letter), (step) => ({ id: LetterIdText.show(letter), step })),
      { concurrency: AT_ONCE }
    ))

/** The letters about which nothing is done, and why. */
export const refusals = <Step extends Tagged>(
  inspected: ReadonlyArray<Inspected<Step | Refused>>
): ReadonlyArray<{ readonly id: string; readonly refusal: Refusal }> =>
  inspected.flatMap(({ id, step }) => isRefused(step) ? [{ id, refusal: step.refusal }] : [])

/** A letter whose step was to be performed, and how far that came. */
export interface Performed<A> {
  readonly id: string
  readonly standing: WithinTime.Standing<A>
}

/**
 * Performs the other steps, each by itself, until the time is over where there is one. Stops at the first that fails.
 */
export const perform = <Step extends Tagged, A, E, R>(
  inspected: ReadonlyArray<Inspected<Step>>,
  act: (id: string, step: Exclude<Step, Refused>) => Effect.Effect<A, E, R>,
  within?: Duration.Input
): Effect.Effect<ReadonlyArray<Performed<A>>, E, R> => {
  const steps = inspected.flatMap(({ id, step }) =>
    isRefused(step) ? [] : [{ id, step: step as Exclude<Step, Refused> }]
  )
  return Effect.map(
    WithinTime.each(steps, ({ id, step }) => act(id, step), { atOnce: AT_ONCE, within }),
    (standings) => standings.map((standing, at) => ({ id: steps[at]?.id ?? "", standing }))
  )
}

const isRefused = (step: Tagged): step is Refused => step._tag === "Refused"
