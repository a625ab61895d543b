/** Handling many dead letters: in parts, as each request handles all of its letters or none. */
import { mayBeRecorded } from "../calls/MayBeRecorded.ts"
import type { LettersHandled } from "../calls/Wire.ts"
import type { Sending } from "../parts/Change.ts"
import { isDone, isLeft, type Outcome } from "../words/LetterWords.ts"

/** Letters of one request: few enough that it is seen to go on, and that orders are answered meanwhile. */
export const PART = 50
/** How often those are sent again that another one of their request stood in the way of. */
const ROUNDS = 3

export interface LetterRun {
  readonly outcomes: ReadonlyArray<Outcome>
  /** Letters that nothing was done about. */
  readonly untried: number
  /** Letters of which nobody knows what came of them, as their request had no answer. */
  readonly unknown: number
  /** Why it ended before all were tried; undefined where no request failed. */
  readonly error?: unknown
}

type Send = (ids: ReadonlyArray<string>) => Promise<LettersHandled>

/** One part: without those that cannot be handled the others can. What comes of each is put to `outcomes` at once. */
const runPart = async (ids: ReadonlyArray<string>, send: Send, outcomes: Array<Outcome>): Promise<void> => {
  let rest = ids
  for (let round = 0; round < ROUNDS && rest.length > 0; round++) {
    const { letters } = await send(rest)
    const left = letters.filter(isLeft)
    outcomes.push(...letters.filter((letter) => !isLeft(letter)))
    const isBlocked = letters.some((letter) => !isLeft(letter) && !isDone(letter))
    if (!isBlocked || round === ROUNDS - 1) {
      outcomes.push(...left)
      return
    }
    rest = left.map(({ id }) => id)
  }
}

/**
 * Handles these letters, in their order. Ends where the engine cannot go on, where a request fails, or where it is
 * stopped, and says then what was done until there. Fails as `send` does where nothing was done before.
 */
export const run = async (
  ids: ReadonlyArray<string>,
  send: Send,
  { isStopped, onProgress }: Pick<Sending, "isStopped" | "onProgress">
): Promise<LetterRun> => {
  const outcomes: Array<Outcome> = []
  for (let at = 0; at < ids.length; at += PART) {
    if (isStopped()) return { outcomes, untried: ids.length - at, unknown: 0 }
    onProgress(at, ids.length)
    const end = Math.min(ids.length, at + PART)
    const before = outcomes.length
    try {
      await runPart(ids.slice(at, end), send, outcomes)
    } catch (error) {
      if (outcomes.length === 0) throw error
      const unknown = mayBeRecorded(error) ? end - outcomes.length : 0
      return { outcomes, untried: ids.length - outcomes.length - unknown, unknown, error }
    }
    if (outcomes.slice(before).some(isLeft)) return { outcomes, untried: ids.length - end, unknown: 0 }
  }
  onProgress(ids.length, ids.length)
  return { outcomes, untried: 0, unknown: 0 }
}
