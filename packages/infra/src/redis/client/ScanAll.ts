/** Reads a whole collection by the scans of Redis (`SSCAN`, `HSCAN`, `ZSCAN`), one piece after the other. */
import { Effect } from "effect"

/** All that `scan` returns from the cursor `0` on until the cursor is `0` again. An entry may occur more than once. */
export const scanAll = Effect.fnUntraced(function*<E, R>(
  scan: (cursor: string) => Effect.Effect<readonly [next: string, entries: ReadonlyArray<string>], E, R>
) {
  const all: Array<string> = []
  let cursor = "0"
  do {
    const [next, entries] = yield* scan(cursor)
    for (const entry of entries) all.push(entry)
    cursor = next
  } while (cursor !== "0")
  return all
})
