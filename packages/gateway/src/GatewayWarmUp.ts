/**
 * Works made-up requests through the gateway's hot routes before it says that it is ready, so that its code is compiled
 * when the first buyers come. Why: docs/decisions/0060-a-warm-start.md.
 *
 * **Details**: it is the same code over ports that lead nowhere, in services of its own: what it counts, logs and
 * remembers is thrown away with them. The gateway serves meanwhile. A warm-up that fails says so once, and is over.
 */
import type { Callers } from "@flash-sale/domain/ports/Callers"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { BoundedServer } from "@flash-sale/infra/http/Listener"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import type { Output } from "@flash-sale/infra/observability/logs/LogOutput"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import { Cause, Context, Effect, Exit, Fiber, Layer, Metric, Schedule } from "effect"
import type { Server } from "node:http"
import * as GatewayServices from "./GatewayServices.ts"
import { WarmingUp } from "./guards/WarmingUp.ts"
import { HotRoutes } from "./hot/HotRoutes.ts"
import { LingeringResponse } from "./http/LingeringResponse.ts"
import { Shutdown } from "./request/Shutdown.ts"
import { Visitor } from "./warmup/Visitor.ts"
import { visit } from "./warmup/Visits.ts"

/** Enough for the runtime to compile what is hot: more gains nothing that can be measured. */
export const VISITS = 5_000
/** The longest that it takes, also on a machine that is busy. */
export const WITHIN = "3 seconds"
/** Visitors at once: few, so that a batch is as small as those of a gateway with little to do. */
const VISITORS = 4

/** How often it is looked whether its ports are connected. */
const LOOK_EVERY = "5 millis"

/** What a gateway stands on. */
export type Ports = OrderLog | ItemStore | RecoveryMarks | OrderStatuses | RateLimits | LiveEvents | Callers

const BOUNDS = { max: VISITORS, maxPerAddress: VISITORS, reserved: 0 }

/** A server that listens nowhere. */
const serverOf = ({ take }: HotRoutes["Service"]): Server =>
  new BoundedServer(
    { bounds: BOUNDS, isTrusted: () => true, isProbe: () => false, onDrop: () => {} },
    { response: LingeringResponse, take }
  )

/** All visits, each of its visitors one after the other. Dies where one is not answered as it should be. */
const visits = (server: Server, isWanted: () => boolean) =>
  Effect.callback<void>((resume) => {
    const visitors: Array<Visitor> = []
    const expected = new Map<Visitor, number>()
    let begun = 0
    let answered = 0
    const next = (visitor: Visitor): void => {
      if (!isWanted()) return resume(Effect.void)
      if (begun === VISITS) return
      const { request, status } = visit(begun++)
      expected.set(visitor, status)
      visitor.send(request)
    }
    const hear = (visitor: Visitor, status: number): void => {
      const wanted = expected.get(visitor)
      if (status !== wanted) return resume(Effect.die(new Error(`answered ${status} instead of ${wanted}`)))
      if (++answered === VISITS) return resume(Effect.void)
      // After what else there is to do: the gateway serves meanwhile.
      setImmediate(next, visitor)
    }
    for (let n = 0; n < VISITORS; n++) {
      const visitor = new Visitor(hear)
      visitors.push(visitor)
      server.emit("connection", visitor)
      next(visitor)
    }
    return Effect.sync(() => {
      begun = VISITS
      for (const visitor of visitors) visitor.destroy()
    })
  })

/** Takes every line. */
const NOWHERE: Output = { write: (bytes) => bytes.length, isTerminal: false, onExit: () => () => {} }

/** Nothing of the gateway that serves is in here: neither its metrics, nor its log, nor its traces. */
const apart = Context.make(Metric.MetricRegistry, new Map())

/** The connections of its ports are made in the background. */
const connected = Effect.flatMap(
  ItemStore,
  (store) => Effect.repeat(store.isUp, { schedule: Schedule.spaced(LOOK_EVERY), until: (isUp) => isUp })
)

const run = (settings: GatewayServices.Settings, ports: Layer.Layer<Ports>, isWanted: () => boolean) =>
  Effect.andThen(
    connected,
    Effect.flatMap(HotRoutes, (routes) => visits(serverOf(routes), isWanted))
  ).pipe(
    Effect.provide(
      GatewayServices.layer({ ...settings, auth: "open" }).pipe(
        Layer.provideMerge(ports),
        Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output: NOWHERE }))
      )
    ),
    Effect.timeoutOption(WITHIN)
  )

const failed = (cause: Cause.Cause<unknown>) =>
  Log.warn("The warm-up has failed: the first orders take longer", { event: "warm_up_failed" }, cause)

/** Warms up when it is built, beside everything else, and no longer than the layer lives. */
export const layer = (
  settings: GatewayServices.Settings,
  ports: Layer.Layer<Ports>
): Layer.Layer<never, never, Shutdown> =>
  Layer.effect(
    WarmingUp,
    Effect.gen(function*() {
      const { hasBegun } = yield* Shutdown
      let isWarmingUp = true
      const warmUp = Effect.gen(function*() {
        const fiber = Effect.runForkWith(apart)(run(settings, ports, () => !hasBegun()))
        const exit = yield* Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interrupt(fiber))
        isWarmingUp = false
        if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) yield* failed(exit.cause)
      })
      yield* Effect.forkScoped(warmUp)
      return () => isWarmingUp
    })
  )
