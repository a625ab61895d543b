/** The keys that verify buyers' tokens, as they are replaced while the engine runs. */
import { Effect } from "effect"
import * as Remembered from "../answers/Remembered.ts"
import * as VerificationKeys from "./VerificationKeys.ts"

/** Keys that came together, and the callers whom they have verified: with other keys nobody is known any more. */
export interface Generation {
  readonly keys: VerificationKeys.VerificationKeys
  readonly verified: Remembered.Remembered
}

export interface Keys {
  /** The newest keys; undefined where none could be read so far. */
  readonly current: () => Generation | undefined
  /**
   * Asks whether there are others by now, for a token that names a key that is not there: its `kid`, "" where it has
   * none. Gives whether it is known that the key is in none but the newest keys: false where nobody can say so now.
   */
  readonly settle: (kid: string) => Effect.Effect<boolean>
}

export const generation = (keys: VerificationKeys.VerificationKeys): Generation => ({
  keys,
  verified: Remembered.make()
})

/** The keys of a set's text, or what is wrong with it. */
export const parse = (text: string): Effect.Effect<Generation, string> =>
  Effect.flatMap(
    Effect.promise(() => VerificationKeys.parseJwks(text)),
    (keys) => typeof keys === "string" ? Effect.fail(keys) : Effect.succeed(generation(keys))
  )
