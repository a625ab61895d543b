/**
 * Works made-up requests through the gateway's hot routes before it says that it is ready, so that its code is compiled
 * when the first buyers come. Why: docs/decisions/0060-a-warm-start.md.
 *
 * **Details**: it is the same code over ports that lead nowhere, in services of its own: what it counts, logs and
 * remembers is thrown away with them. The gateway serves meanwhile. A warm-up is over when all of its requests are
 * answered, or its time is up and some of them are. One with a wrong answer, with a connection that is closed or with
 * no answer at all has failed: it says so once, and is over as well.
 */
import type { Callers } from "@flash-sale/domain/ports/Callers"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { BoundedServer } from "@flash-sale/infra/http/listening/BoundedServer"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import type { Output } from "@flash-sale/infra/observability/logs/LogOutput"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import { Cause, Context, Data, Effect, Exit, Fiber, Layer, Metric, Schedule } from "effect"
import type { IncomingMessage, Server } from "node:http"
import { HotRoutes } from "../hot/HotRoutes.ts"
import { LingeringResponse } from "../http/LingeringResponse.ts"
import { Shutdown } from "../request/Shutdown.ts"
import { WarmingUp } from "../request/WarmingUp.ts"
import { InMemoryClient } from "./InMemoryClient.ts"
import * as WarmUpRequests from "./WarmUpRequests.ts"

/** Enough for the runtime to compile what is hot: more gains nothing that can be measured. */
const REQUESTS = 5_000
/** The longest that it takes, also on a machine that is busy. */
export const WITHIN = "3 seconds"
/** Clients at once: few, so that a batch is as small as those of a gateway with little to do. */
export const CLIENTS = 4
/** How often it is looked whether its ports are connected. */
const LOOK_EVERY = "5 millis"

/** What a gateway stands on. */
export type Ports = OrderLog | ItemStore | RecoveryMarks | OrderStatuses | RateLimits | LiveEvents | Callers

/** Why the gateway's code was not compiled. */
class WarmUpFailed extends Data.TaggedError("WarmUpFailed")<{ readonly message: string }> {}

/** How far a warm-up has come. */
interface Progress {
  answered: number
}

const BOUNDS = { max: CLIENTS, maxPerAddress: CLIENTS, reserved: 0 }

/** A server that listens nowhere. */
const serverOf = ({ take }: HotRoutes["Service"]): Server =>
  new BoundedServer(
    { bounds: BOUNDS, isTrusted: () => true, isProbe: () => false, onDrop: () => {} },
    { response: LingeringResponse, take }
  )

/** Sends all requests, each client one after the other. Fails where one is not answered as it should be. */
const sendAll = (server: Server, progress: Progress, isWanted: () => boolean) => {
  /** The status for which each client waits. */
  const expected = new Map<InMemoryClient, number>()
  let begun = 0
  const answers = Effect.callback<void, WarmUpFailed>((resume) => {
    const fail = (message: string): void => resume(Effect.fail(new WarmUpFailed({ message })))
    const next = (client: InMemoryClient): void => {
      if (client.destroyed) return
      if (!isWanted()) return resume(Effect.void)
      if (begun === REQUESTS) return
      const { status, text } = WarmUpRequests.at(begun++)
      expected.set(client, status)
      client.send(text)
    }
    const onAnswer = (client: InMemoryClient, status: number): void => {
      const wanted = expected.get(client)
      if (status !== wanted) return fail(`a request was answered ${status} instead of ${wanted}`)
      if (++progress.answered === REQUESTS) return resume(Effect.void)
      // After what else there is to do: the gateway serves meanwhile.
      setImmediate(next, client)
    }
    // What the hot routes leave goes to the framework, which is not here.
    server.on("request", ({ method, url }: IncomingMessage) => fail(`${method} ${url} did not take the hot route`))
    for (let n = 0; n < CLIENTS; n++) {
      const client = new InMemoryClient(onAnswer)
      client.once("close", () => fail("the server has closed a connection"))
      server.emit("connection", client)
      next(client)
    }
  })
  const end = Effect.sync(() => {
    for (const client of expected.keys()) client.destroy()
  })
  return Effect.ensuring(answers, end)
}

/** Takes every line. */
const NOWHERE: Output = { write: (bytes) => bytes.length, isTerminal: false, onExit: () => () => {} }

/** Nothing of the gateway that serves is in here: neither its metrics, nor its log, nor its traces. */
const apart = Context.make(Metric.MetricRegistry, new Map())

/** The connections of its ports are made in the background. */
const connected = Effect.flatMap(
  ItemStore,
  (store) => Effect.repeat(store.isUp, { schedule: Schedule.spaced(LOOK_EVERY), until: (isUp) => isUp })
)

/** The gateway's own services, over ports that are given. */
export type Services = Layer.Layer<HotRoutes, never, Ports>

const run = (services: Services, ports: Layer.Layer<Ports>, isWanted: () => boolean) =>
  Effect.suspend(() => {
    const progress: Progress = { answered: 0 }
    const timeUp = Effect.suspend(() =>
      progress.answered > 0 || !isWanted()
        ? Effect.void
        : Effect.fail(new WarmUpFailed({ message: `no request was answered within ${WITHIN}` }))
    )
    const requests = Effect.flatMap(HotRoutes, (routes) => sendAll(serverOf(routes), progress, isWanted))
    return Effect.andThen(connected, requests).pipe(
      Effect.provide(
        services.pipe(
          Layer.provideMerge(ports),
          Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output: NOWHERE }))
        )
      ),
      Effect.timeoutOrElse({ duration: WITHIN, orElse: () => timeUp })
    )
  })

const failed = (cause: Cause.Cause<unknown>) =>
  Log.warn("The warm-up has failed: the first orders take longer", { event: "warm_up_failed" }, cause)

/** Warms up when it is built, beside everything else, and no longer than the layer lives. */
export const layer = (services: Services, ports: Layer.Layer<Ports>): Layer.Layer<never, never, Shutdown> =>
  Layer.effect(
    WarmingUp,
    Effect.gen(function*() {
      const { hasBegun } = yield* Shutdown
      let isWarmingUp = true
      const warmUp = Effect.gen(function*() {
        const fiber = Effect.runForkWith(apart)(run(services, ports, () => !hasBegun()))
        const exit = yield* Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interrupt(fiber))
        isWarmingUp = false
        if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) yield* failed(exit.cause)
      })
      yield* Effect.forkScoped(warmUp)
      return () => isWarmingUp
    })
  )
