/** The end of a run whose partition goes to another worker. */
import { Duration, Effect, Schedule } from "effect"
import type { EventTeller } from "../publish/EventTeller.ts"
import type { RefusedTeller } from "../publish/RefusedTeller.ts"
import type { Checkpointer } from "./Checkpointer.ts"
import type { Router } from "./Router.ts"

/** How long a worker that is asked to return may finish what is in hand. */
export const HAND_OVER_WITHIN = Duration.seconds(8)
/** How long each of the last things may take to be told: who goes on from there tells less again. */
const TELL_WITHIN = Duration.millis(500)
/** How often it looks whether everything is published. */
const LOOK_EVERY = Duration.millis(20)

/** What is told last. */
export interface LastTold {
  readonly tellRefused: RefusedTeller["tell"]
  readonly tellPosition: EventTeller["tellPosition"]
}

/** Nothing is taken any more: what is in hand is folded and published, and committed as far as it is final. */
export const handOver = Effect.fnUntraced(function*(
  router: Router,
  checkpointer: Checkpointer,
  { tellPosition, tellRefused }: LastTold
) {
  yield* Effect.sync(router.isDrained).pipe(
    Effect.repeat({ until: (drained: boolean) => drained, schedule: Schedule.spaced(LOOK_EVERY) }),
    Effect.timeoutOption(HAND_OVER_WITHIN)
  )
  yield* Effect.ignore(Effect.timeoutOption(tellRefused, TELL_WITHIN))
  yield* Effect.ignore(checkpointer.commit)
  yield* Effect.ignore(Effect.timeoutOption(tellPosition, TELL_WITHIN))
})
