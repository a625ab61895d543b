/**
 * How the gateway ends: `/health` says so first, streams of events end, and only then is the port closed.
 *
 * **Details**: a load balancer needs the notice to send its requests elsewhere; meanwhile orders are still taken. An open
 * stream would hold up the closing of the port for as long as that may take at all.
 */
import { Context, type Duration, Effect, Layer } from "effect"
import { Listeners } from "./live/Listeners.ts"

export class Shutdown extends Context.Service<Shutdown, {
  readonly hasBegun: () => boolean
  /** Gives notice, and ends the streams. */
  readonly begin: Effect.Effect<void>
}>()("@flash-sale/gateway/Shutdown") {}

export const layer = (notice: Duration.Duration): Layer.Layer<Shutdown, never, Listeners> =>
  Layer.effect(
    Shutdown,
    Effect.gen(function*() {
      const listeners = yield* Listeners
      let hasBegun = false
      return {
        hasBegun: () => hasBegun,
        begin: Effect.suspend(() => {
          hasBegun = true
          return Effect.andThen(Effect.sleep(notice), listeners.end)
        })
      }
    })
  )

/** Begins the shutdown as soon as it is taken down itself. */
export const layerBegin: Layer.Layer<never, never, Shutdown> = Layer.effectDiscard(
  Effect.flatMap(Shutdown, ({ begin }) => Effect.addFinalizer(() => begin))
)
