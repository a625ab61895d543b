/** Bugs in what is done for one endpoint: nothing waits for its workers, so one that ended would show by nothing. */
import * as Background from "@flash-sale/infra/observability/Background"
import { Duration, Effect } from "effect"
import * as Held from "./Held.ts"

/** Then all of an endpoint is begun anew: what was under way is sent again, so that must not be each moment. */
const BEGIN_ANEW_AFTER = Duration.seconds(5)

/** Says that a part of an endpoint's work has ended by a bug, and has all of it begun anew after a while. */
export const orBegunAnew =
  (held: Held.Held) => <A, R>(part: Effect.Effect<A, never, R>): Effect.Effect<void, never, R> =>
    Effect.catch(
      Effect.asVoid(Background.outlivingBugs(`sending to ${held.name}`)(part)),
      () => Effect.delay(Effect.sync(() => Held.lose(held)), BEGIN_ANEW_AFTER)
    )
