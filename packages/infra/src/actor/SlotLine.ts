/** What one user of `Slots` has waiting for slots: each subject may leave, and all leave when the scope closes. */
import { Effect, type Scope } from "effect"
import type { Release, Slots, SlotUser } from "./Slots.ts"
import type { Leave } from "./WaitingLine.ts"

export interface SlotLine<in A> {
  /** Begins with the subject once there is a slot, perhaps at once. */
  readonly enter: (subject: A) => void
  /** The subject does not wait any more. Has no effect once it has begun. */
  readonly leave: (subject: A) => void
}

/** `begin` gets a slot for the subject, which is taken until it is released. */
export const make = Effect.fnUntraced(function*<A>(
  slots: Slots,
  begin: (subject: A, release: Release) => void
): Effect.fn.Return<SlotLine<A>, never, Scope.Scope> {
  const waiting = new Map<A, Leave>()
  const user: SlotUser<A> = {
    begin: (subject, release) => {
      waiting.delete(subject)
      begin(subject, release)
    }
  }
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const leave of waiting.values()) leave()
      waiting.clear()
    })
  )
  return {
    enter: (subject) => {
      const leave = slots.acquire(user, subject)
      if (leave !== undefined) waiting.set(subject, leave)
    },
    leave: (subject) => {
      waiting.get(subject)?.()
      waiting.delete(subject)
    }
  }
})
