/** Which endpoints this instance delivers to: it asks once a second, and starts and ends their workers. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { EndpointBacklog, HeldEndpoint } from "@flash-sale/domain/webhooks/Sending"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as WebhookMetrics from "@flash-sale/infra/observability/metrics/WebhookMetrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect, Fiber, Metric, type Scope } from "effect"
import type { Endpoint } from "../endpoints/EndpointList.ts"
import { Sender } from "../send/Sender.ts"
import * as Asked from "./Asked.ts"
import type * as Delivery from "./Delivery.ts"
import * as Guarded from "./Guarded.ts"
import * as Held from "./Held.ts"
import * as LiveEvents from "./LiveEvents.ts"
import * as Retries from "./Retries.ts"
import { WebhookState } from "./WebhookState.ts"

/** How long an endpoint stays with an instance that does not say anything any more, in milliseconds. */
export const LEASE_MILLIS = 10_000
export const HOLD_EVERY = Duration.seconds(1)
/** An instance that is younger, in milliseconds, is handed none by others: it may die at its start, over and over. */
const ASKS_AFTER = 5_000

export interface Worker {
  readonly held: Held.Held
  readonly fiber: Fiber.Fiber<void>
}

export type Workers = Map<EndpointName, Worker>

const MILLIS = 1_000

const show = (found: EndpointBacklog, now: number) => {
  const since = Math.min(found.behindSince ?? now, found.waitingSince ?? now)
  return Effect.andThen(
    Metric.update(WebhookMetrics.waiting(found.name), found.waiting),
    Metric.update(WebhookMetrics.oldest(found.name), Math.max(0, now - since) / MILLIS)
  )
}

const work = (held: Held.Held): Effect.Effect<void, never, Delivery.Services> => {
  const guard = Guarded.orBegunAnew(held)
  const parts = [guard(LiveEvents.work(held)), guard(Retries.work(held)), guard(Asked.work(held))]
  return Effect.scoped(Effect.all(parts, { concurrency: "unbounded", discard: true }))
}

/** A turn: tells the database what the file says, renews what is held, and has a worker for each of that. */
export const make = Effect.fnUntraced(function*(workers: Workers, scope: Scope.Scope) {
  const shared = yield* WebhookState
  const queue = yield* WebhookQueue
  const sender = yield* Sender
  const context = yield* Effect.context<Delivery.Services>()
  const began = yield* Monotonic.now
  let listed: ReadonlyArray<Endpoint> | undefined

  const list = Effect.suspend(() => {
    const endpoints = shared.endpoints()
    if (endpoints === listed) return Effect.void
    const named = endpoints.map(({ globs, isDisabled, name, url }) => ({
      name,
      url: url.href,
      events: globs,
      isDisabled
    }))
    return Effect.andThen(shared.persist(queue.list(named)), Effect.sync(() => void (listed = endpoints)))
  })
  const start = Effect.fnUntraced(function*(found: HeldEndpoint) {
    const held = yield* Held.make(found)
    yield* WebhookMetrics.begin(found.name)
    yield* Log.info(`Events are sent to ${found.name} by this instance`, {
      event: "webhook_held",
      endpoint: found.name
    })
    const fiber = yield* Effect.forkIn(Effect.provideContext(work(held), context), scope)
    workers.set(found.name, { held, fiber })
  })
  const stop = Effect.fnUntraced(function*(name: EndpointName, { fiber, held }: Worker) {
    workers.delete(name)
    Held.lose(held)
    yield* Fiber.interrupt(fiber)
    yield* WebhookMetrics.end(name)
    sender.forget(name)
  })
  let unheld: ReadonlyArray<EndpointName> = []
  /** Every instance reports what nobody delivers to: it would else be in no series, and no alert. */
  const showUnheld = Effect.fnUntraced(function*(now: number) {
    const found = yield* shared.persist(queue.unheld(LEASE_MILLIS))
    const names = found.map(({ name }) => name)
    yield* Effect.forEach(found, (one) => show(one, now), { discard: true })
    for (const name of unheld) if (!names.includes(name) && !workers.has(name)) yield* WebhookMetrics.end(name)
    unheld = names
  })
  return Effect.gen(function*() {
    yield* Metric.update(WebhookMetrics.file, shared.fileTrouble() === undefined ? 1 : 0)
    yield* list
    for (const [name, worker] of workers) if (worker.held.isLost) yield* stop(name, worker)
    const names = shared.endpoints().filter(({ isDisabled }) => !isDisabled).map(({ name }) => name)
    const changes = new Map([...workers].map(([name, { held }]) => [name, held.changes]))
    const asks = (yield* Monotonic.now) - began >= ASKS_AFTER
    const holder = { name: shared.holder, leaseMillis: LEASE_MILLIS, asks }
    const found = yield* shared.persist(queue.hold(holder, names))
    const now = yield* Clock.currentTimeMillis
    const kept = new Set(found.map(({ name }) => name))
    for (const [name, worker] of workers) if (!kept.has(name)) yield* stop(name, worker)
    for (const one of found) {
      const worker = workers.get(one.name)
      if (worker === undefined) yield* start(one)
      else Held.update(worker.held, one, changes.get(one.name) ?? -1)
      yield* show(one, now)
    }
    yield* showUnheld(now)
  })
})
