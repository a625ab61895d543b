/** Handling many dead letters: in parts, as each request handles all of its letters or none. */
import type { LettersHandled } from "../calls/Wire.ts"
import { isDone, isLeft, type Outcome } from "../words/LetterWords.ts"

/** Letters of one request: few enough that one takes a second or so, and is seen to go on. */
export const PART = 100
/** How often those are sent again that another one of their request stood in the way of. */
const ROUNDS = 3

export interface LetterRun {
  readonly outcomes: ReadonlyArray<Outcome>
  /** Letters that were not tried any more, as the engine could not go on. */
  readonly untried: number
}

type Send = (ids: ReadonlyArray<string>) => Promise<LettersHandled>

/** One part: without those that cannot be handled the others can. */
const runPart = async (ids: ReadonlyArray<string>, send: Send): Promise<ReadonlyArray<Outcome>> => {
  const outcomes: Array<Outcome> = []
  let rest = ids
  for (let round = 0; round < ROUNDS && rest.length > 0; round++) {
    const { letters } = await send(rest)
    const left = letters.filter(isLeft)
    outcomes.push(...letters.filter((letter) => !isLeft(letter)))
    const isBlocked = letters.some((letter) => !isLeft(letter) && !isDone(letter))
    if (!isBlocked || round === ROUNDS - 1) return [...outcomes, ...left]
    rest = left.map(({ id }) => id)
  }
  return outcomes
}

/** Handles these letters, in their order. Ends where the engine cannot go on. Fails as `send` does. */
export const run = async (
  ids: ReadonlyArray<string>,
  send: Send,
  onProgress: (done: number, total: number) => void
): Promise<LetterRun> => {
  const outcomes: Array<Outcome> = []
  for (let at = 0; at < ids.length; at += PART) {
    onProgress(at, ids.length)
    const part = await runPart(ids.slice(at, at + PART), send)
    outcomes.push(...part)
    if (part.some(isLeft)) return { outcomes, untried: Math.max(0, ids.length - at - PART) }
  }
  onProgress(ids.length, ids.length)
  return { outcomes, untried: 0 }
}
