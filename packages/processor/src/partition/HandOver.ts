/** The end of a run whose partition goes to another worker. */
import { Duration, Effect, Schedule } from "effect"
import type { EventTeller } from "../publish/EventTeller.ts"
import type { Checkpointer } from "./Checkpointer.ts"
import type { Router } from "./Router.ts"

/** How long a worker that is asked to return may finish what is in hand. */
export const HAND_OVER_WITHIN = Duration.seconds(8)
/** How long it may take to tell how far everything is told: who goes on from there tells less again. */
const POSITION_WITHIN = Duration.millis(500)
/** How often it looks whether everything is published. */
const LOOK_EVERY = Duration.millis(20)

/** Nothing is taken any more: what is in hand is folded and published, and committed as far as it is final. */
export const handOver = Effect.fnUntraced(function*(
  router: Router,
  checkpointer: Checkpointer,
  { tellPosition }: Pick<EventTeller, "tellPosition">
) {
  yield* Effect.sync(router.isQuiet).pipe(
    Effect.repeat({ until: (quiet: boolean) => quiet, schedule: Schedule.spaced(LOOK_EVERY) }),
    Effect.timeoutOption(HAND_OVER_WITHIN)
  )
  yield* Effect.ignore(checkpointer.commit)
  yield* Effect.ignore(Effect.timeoutOption(tellPosition, POSITION_WITHIN))
})
