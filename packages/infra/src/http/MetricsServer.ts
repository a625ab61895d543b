/** The HTTP port of a service that has no API: `/metrics`, `/health`, `/livez`, `/readyz`, `/version`. */
import { Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type * as ConnectionMetrics from "../observability/metrics/ConnectionMetrics.ts"
import { CONTENT_TYPE, Telemetry } from "../observability/Telemetry.ts"
import * as Kept from "../time/Kept.ts"
import * as Monotonic from "../time/Monotonic.ts"
import * as Listener from "./Listener.ts"
import { release } from "./Release.ts"
import type { Bounds } from "./Seats.ts"

/** How long after one collection of all series the next may begin, in milliseconds: each takes some of them. */
const COLLECT_EVERY = 100
/** How long a scrape under way may take at shutdown. */
const SHUTDOWN_TIMEOUT = "2 seconds"

/**
 * Connections at once, and of one address: for a few that monitor. As everything here is a probe, those beyond the
 * bounds are answered as well.
 */
const BOUNDS: Bounds = { max: 200, maxPerAddress: 100, reserved: 20 }

/** What `/health` shows; every other field is the service's own. 200 where healthy, else 503. */
export interface Health {
  readonly status: "healthy" | "unhealthy"
}

export interface MetricsServerOptions<R> {
  /** 0 takes any that is free. */
  readonly port: number
  readonly health: Effect.Effect<Health, never, R>
  /** Whether `/readyz` says 200: that a rollout may go on to the next. */
  readonly isReady: Effect.Effect<boolean, never, R>
  /** Whose series show its connections. */
  readonly metrics: ConnectionMetrics.Port
  /** Others than usual, for a test. */
  readonly bounds?: Bounds
}

/** Listens for as long as the layer lives. Provides no router, so that the routes of one port stay on that port. */
export const layer = <R>(
  { bounds = BOUNDS, health, isReady, metrics, port }: MetricsServerOptions<R>
): Layer.Layer<never, Listener.CannotListen, R | Telemetry> =>
  Layer.effectDiscard(
    Effect.flatMap(
      Effect.context<R | Telemetry>(),
      (context) =>
        HttpRouter.serve(
          Layer.mergeAll(
            metricsRoute,
            versionRoute,
            healthRoute(Effect.provideContext(health, context)),
            probeRoutes(Effect.provideContext(isReady, context))
          ),
          { disableLogger: true, disableListenLog: true }
        ).pipe(
          Layer.provide(Listener.layer({
            port,
            variable: "METRICS_PORT",
            metrics,
            bounds,
            isTrusted: () => false,
            isProbe: () => true,
            take: () => false,
            shutdownTimeout: SHUTDOWN_TIMEOUT
          })),
          Layer.build
        )
    )
  )

/**
 * `/metrics`, for any router: the gateway has it on its own port. Those who ask before the next collection begins share
 * it, and its bytes.
 */
export const metricsRoute: Layer.Layer<never, never, HttpRouter.HttpRouter | Telemetry> = Layer.unwrap(
  Effect.gen(function*() {
    const { collect } = yield* Telemetry
    const now = yield* Monotonic.reader
    let notBefore = Number.NEGATIVE_INFINITY
    const collectInTurn = Effect.gen(function*() {
      yield* Effect.sleep(Duration.millis(Math.max(0, notBefore - now())))
      notBefore = now() + COLLECT_EVERY
      return new TextEncoder().encode(yield* collect)
    })
    // One who hangs up does not end what the others wait for.
    const shared = yield* Kept.make(Effect.uninterruptible(collectInTurn), Duration.zero)
    const answer = Effect.map(shared, (body) => HttpServerResponse.uint8Array(body, { contentType: CONTENT_TYPE }))
    return HttpRouter.add("GET", "/metrics", answer)
  })
)

const versionRoute: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpRouter.add(
  "GET",
  "/version",
  Effect.succeed(HttpServerResponse.jsonUnsafe(release))
)

const healthRoute = (health: Effect.Effect<Health>): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.add(
    "GET",
    "/health",
    Effect.map(health, (body) => HttpServerResponse.jsonUnsafe(body, { status: body.status === "healthy" ? 200 : 503 }))
  )

/** Liveness, for restarting the process; readiness, for rolling it out. */
const probeRoutes = (isReady: Effect.Effect<boolean>): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  Layer.merge(
    HttpRouter.add("GET", "/livez", Effect.sync(() => HttpServerResponse.jsonUnsafe({ status: "live" }))),
    HttpRouter.add(
      "GET",
      "/readyz",
      Effect.map(isReady, (ready) =>
        HttpServerResponse.jsonUnsafe({ status: ready ? "ready" : "not_ready" }, { status: ready ? 200 : 503 }))
    )
  )
