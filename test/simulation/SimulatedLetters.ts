/** The dead letters, and the operator who replays them. */
import { type DeadLetter, DeadLetters, type Handling, reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import { Effect, Layer } from "effect"
import * as Chance from "./Chance.ts"
import type { Trace } from "./Trace.ts"

const nameOf = ({ offset, partition }: Pick<DeadLetter, "offset" | "partition">): string => `${partition}/${offset}`

/** `onPut` is called with each letter before it is there. */
export const make = (
  faults: Chance.Faults,
  trace: Trace,
  onPut: (letter: DeadLetter) => Effect.Effect<void>
) => {
  const letters = new Map<string, DeadLetter>()
  const handled = new Map<string, Handling>()
  const unused = (what: string) => () => Effect.die(new Error(`the processor does not ${what}`))
  return {
    letters,
    handled,
    /** Letters that are not handled, oldest first. */
    open: (): ReadonlyArray<DeadLetter> => [...letters.values()].filter((letter) => !handled.has(nameOf(letter))),
    layer: Layer.succeed(DeadLetters, {
      put: (letter) =>
        Effect.gen(function*() {
          yield* Chance.slowly(faults.storeSlow)
          yield* onPut(letter)
          letters.set(nameOf(letter), letter)
          yield* trace.note(`dead letter ${nameOf(letter)} of ${letter.requestId}, attempt ${letter.attempt}`)
        }),
      handle: (handling) =>
        Effect.gen(function*() {
          yield* Chance.pause
          handled.set(nameOf(handling), handling)
          yield* trace.note(`dead letter ${nameOf(handling)} is ${handling.action}`)
        }),
      list: unused("list"),
      find: unused("find"),
      stats: Effect.sync(() => ({ size: letters.size - handled.size, byReason: reasonCounts(), oldestAt: undefined }))
    })
  }
}
