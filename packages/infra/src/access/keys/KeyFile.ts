/** The file of the api keys, as it is read while the engine runs. */
import { Effect, type Scope } from "effect"
import * as WatchedFile from "../../watch/WatchedFile.ts"
import * as Remembered from "../answers/Remembered.ts"
import * as KeyList from "./KeyList.ts"
import * as KeyRing from "./KeyRing.ts"

/** For lines: what the file holds. */
export const WHAT = "the api keys"

/** The most headers with good keys: as many as there are keys, in a few ways to write them. */
const MAX_HEADERS = 1_000
const MAX_HEADER_CHARACTERS = 1024 * 1024

/** Keys that came together, and the callers whose keys were checked: with other keys nobody is known any more. */
export interface Generation {
  readonly ring: KeyRing.KeyRing
  readonly checked: Remembered.Remembered
}

const generation = (ring: KeyRing.KeyRing): Generation => ({
  ring,
  checked: Remembered.make(MAX_HEADERS, MAX_HEADER_CHARACTERS)
})

const read = (text: string): Effect.Effect<Generation, string> => {
  const keys = KeyList.parse(text)
  return typeof keys === "string" ? Effect.fail(keys) : Effect.succeed(generation(KeyRing.make(keys)))
}

/** Follows the file for as long as the scope lives. One that is not there holds no keys. */
export const watch = (
  path: string | undefined
): Effect.Effect<WatchedFile.Watched<Generation>, WatchedFile.CannotUseFile, Scope.Scope> => {
  const none = generation(KeyRing.empty)
  return path === undefined
    ? Effect.succeed({ current: () => none, trouble: () => undefined })
    : WatchedFile.make({ path, what: WHAT, read, missing: { value: none } })
}
