/**
 * How eagerly events are taken in. A process of its own takes what it can. One that also answers buyers takes little at
 * once, as its thread does nothing else meanwhile, and pauses after that: the archive may be late, and buyers may not.
 */
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Duration, Effect, Layer, Semaphore } from "effect"

export interface Pace {
  /** Events that one transaction takes in at the most. */
  readonly events: number
  /** Takes a batch in, of whatever partition, once it is its turn. */
  readonly keep: <A, E, R>(intake: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Events at once of a process that does nothing else: the more, the fewer pages of indexes are written twice. */
const EVENTS_ALONE = 4_000
/** Of one that answers buyers as well: about 3 ms of its thread. */
const EVENTS_BESIDE_BUYERS = 25
/** The share of its time that it spends on the archive, with all partitions together. */
const SHARE_BESIDE_BUYERS = 0.2

/** Without a layer the pace of a process that does nothing else. */
export const Pace = Context.Reference<Pace>("@flash-sale/archive/Pace", {
  defaultValue: () => ({ events: EVENTS_ALONE, keep: (intake) => intake })
})

/** The pace of a process that answers buyers as well. */
export const layerBesideBuyers: Layer.Layer<never> = Layer.effect(
  Pace,
  Effect.map(Semaphore.make(1), (turn) => ({
    events: EVENTS_BESIDE_BUYERS,
    keep: (intake) =>
      turn.withPermit(Effect.gen(function*() {
        const began = yield* Monotonic.now
        const result = yield* intake
        const took = (yield* Monotonic.now) - began
        yield* Effect.sleep(Duration.millis(took * (1 / SHARE_BESIDE_BUYERS - 1)))
        return result
      }))
  }))
)
