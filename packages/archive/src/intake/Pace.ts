/**
 * How eagerly events are taken in. A process of its own takes what it can. One that also answers buyers takes some at
 * once and pauses after that, the longer the busier its thread is: the archive may be late, and buyers may not.
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
/** Of one that answers buyers as well: some 9 ms of its thread, in several turns. */
const EVENTS_BESIDE_BUYERS = 200
/** The share of the time that goes to batches, of all partitions together, while the thread is busy. */
const SHARE_WHILE_BUSY = 0.3
/** The same while nothing else is done. Other processes that write in the archive have their turn in the rest. */
const SHARE_WHILE_IDLE = 0.9
/** A thread that did other things for so much of a pause counts as busy. */
const BUSY = 0.9
/** The longest pause, in milliseconds: what takes so long has waited for the file. */
const MAX_PAUSE = 1_000
/** How busy the thread is shows in a pause of so many milliseconds or more. */
const LOOK = 20
/** How often there is such a pause at least, in milliseconds. */
const LOOK_EVERY = 250

/** How long it pauses, in milliseconds; `busy`: how busy its thread was when it was looked at, 0 to 1. */
export const pauseOf = (tookMillis: number, busy: number): number => {
  const share = SHARE_WHILE_IDLE - (SHARE_WHILE_IDLE - SHARE_WHILE_BUSY) * Math.min(1, busy / BUSY)
  return Math.min(MAX_PAUSE, tookMillis * (1 / share - 1))
}

/** Without a layer the pace of a process that does nothing else. */
export const Pace = Context.Reference<Pace>("@flash-sale/archive/Pace", {
  defaultValue: () => ({ events: EVENTS_ALONE, keep: (intake) => intake })
})

/** The pace of a process that answers buyers as well: quicker where they leave it the time. */
export const layerBesideBuyers: Layer.Layer<never> = Layer.effect(
  Pace,
  Effect.map(Semaphore.make(1), (turn) => {
    // Until the first look the thread counts as busy.
    let busy = 1
    let lookedAt = Number.NEGATIVE_INFINITY
    return {
      events: EVENTS_BESIDE_BUYERS,
      keep: (intake) =>
        turn.withPermit(Effect.gen(function*() {
          const began = yield* Monotonic.now
          const result = yield* intake
          const ended = yield* Monotonic.now
          const pause = Math.max(pauseOf(ended - began, busy), ended - lookedAt >= LOOK_EVERY ? LOOK : 0)
          const before = performance.eventLoopUtilization()
          yield* Effect.sleep(Duration.millis(pause))
          if (pause >= LOOK) {
            busy = performance.eventLoopUtilization(before).utilization
            lookedAt = ended
          }
          return result
        }))
    }
  })
)
