/**
 * How the gateway ends: `/health` reports it first, streams of events end, and only then is the port closed.
 *
 * **Details**: a load balancer needs the notice to send its requests elsewhere; meanwhile orders are still accepted. An
 * open stream would hold up the closing of the port for as long as the shutdown may take.
 */
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import { Context, type Duration, Effect, Layer, type Scope } from "effect"

export class Shutdown extends Context.Service<Shutdown, {
  readonly hasBegun: () => boolean
  /** Runs this when the notice is over, before the port is closed. Forgotten when the scope closes. */
  readonly register: (end: Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
  /** Gives notice, and runs what was registered. */
  readonly begin: Effect.Effect<void>
}>()("@flash-sale/gateway/request/Shutdown") {}

export const layer = (notice: Duration.Duration): Layer.Layer<Shutdown> =>
  Layer.sync(
    Shutdown,
    () => {
      const ends = new Set<Effect.Effect<void>>()
      let hasBegun = false
      return {
        hasBegun: () => hasBegun,
        register: (end) => {
          // A bug in one does not keep the others from ending.
          const isolated = Effect.ignore(outlivingBugs("an end at the shutdown")(end))
          return Effect.asVoid(Effect.acquireRelease(
            Effect.sync(() => ends.add(isolated)),
            () => Effect.sync(() => ends.delete(isolated))
          ))
        },
        begin: Effect.suspend(() => {
          hasBegun = true
          return Effect.andThen(
            Effect.sleep(notice),
            Effect.suspend(() => Effect.all([...ends], { concurrency: "unbounded", discard: true }))
          )
        })
      }
    }
  )

/**
 * Begins the shutdown as soon as it is taken down itself. Each port of a process has its own: one that was shared would
 * begin the shutdown of one port alone.
 */
export const layerBegin: Layer.Layer<never, never, Shutdown> = Layer.fresh(Layer.effectDiscard(
  Effect.flatMap(Shutdown, ({ begin }) => Effect.addFinalizer(() => begin))
))
