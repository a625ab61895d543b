/** The charges of a process that wait for a key of payment tokens, which comes with its next start (decision 0037). */
import { Effect } from "effect"

/** How many ids of missing keys a report names. */
const MAX_NAMED = 5

export interface MissingKeys {
  /** Waits until it is interrupted. */
  readonly waitFor: (keyId: string) => Effect.Effect<never>
}

/** `report` is called when charges begin or cease to wait for a key: with the reason in words while there are any. */
export const make = (report: (why: string | undefined) => Effect.Effect<void>): MissingKeys => {
  /** How many charges wait, by the id of the key. No more than there are charges in flight. */
  const waiting = new Map<string, number>()

  const reportNow = Effect.suspend(() => {
    const ids = [...waiting.keys()].slice(0, MAX_NAMED).join(", ")
    return report(
      ids === "" ? undefined : `payment tokens are encrypted by keys that PAYMENT_TOKEN_KEY_FILE does not have: ${ids}`
    )
  })

  const count = (keyId: string, by: 1 | -1): Effect.Effect<void> =>
    Effect.suspend(() => {
      const before = waiting.get(keyId) ?? 0
      const after = before + by
      if (after === 0) waiting.delete(keyId)
      else waiting.set(keyId, after)
      return before === 0 || after === 0 ? reportNow : Effect.void
    })

  return {
    waitFor: (keyId) => Effect.acquireUseRelease(count(keyId, 1), () => Effect.never, () => count(keyId, -1))
  }
}
