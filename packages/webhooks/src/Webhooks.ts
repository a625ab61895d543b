/**
 * Sends events to the endpoints of a file: takes its share of them, and works until its scope closes. Needs the ports
 * only. Why: docs/decisions/0052-webhooks.md.
 */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { repeated } from "@flash-sale/infra/observability/Background"
import { Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import type * as Sender from "./send/Sender.ts"
import * as Forgetting from "./work/Forgetting.ts"
import * as Held from "./work/Held.ts"
import * as Holding from "./work/Holding.ts"
import { WebhookState } from "./work/WebhookState.ts"

/** How often it is looked whether there are new events. */
const LOOK_EVERY = Duration.millis(200)
/** How long what is under way may take when the process stops: an exchange, and telling the database of it. */
const FINISH_WITHIN = Duration.seconds(12)
const RELEASE_WITHIN = Duration.seconds(2)

type Services = WebhookState | WebhookQueue | Sender.Sender

const watchEnd = (workers: Holding.Workers) =>
  Effect.gen(function*() {
    const { end, persist } = yield* WebhookState
    const queue = yield* WebhookQueue
    const seen = yield* persist(queue.end)
    if (seen === end.seen) return
    end.seen = seen
    for (const { held } of workers.values()) Held.wake(held)
  })

/** What is under way is finished, and others may have the endpoints at once. */
const finish = (workers: Holding.Workers) =>
  Effect.gen(function*() {
    const { holder, life } = yield* WebhookState
    const queue = yield* WebhookQueue
    life.isStopping = true
    for (const { held } of workers.values()) Held.wake(held)
    yield* Effect.timeoutOption(Fiber.awaitAll([...workers.values()].map(({ fiber }) => fiber)), FINISH_WITHIN)
    // Where the archive is away the leases end by themselves.
    yield* Effect.ignore(Effect.timeoutOption(queue.release(holder), RELEASE_WITHIN))
  })

export const layer: Layer.Layer<never, never, Services> = Layer.effectDiscard(
  Effect.gen(function*() {
    const workers: Holding.Workers = new Map()
    const scope = yield* Scope.make()
    const context = yield* Effect.context<Services>()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    const turn = yield* Holding.make(workers, scope)
    const hold = repeated("holding endpoints", Holding.HOLD_EVERY)(turn)
    const watch = repeated("looking for new events", LOOK_EVERY)(watchEnd(workers))
    yield* Effect.addFinalizer(() => Effect.provideContext(finish(workers), context))
    yield* Effect.forkScoped(hold)
    yield* Effect.forkScoped(watch)
    yield* Effect.forkScoped(repeated("forgetting endpoints", Forgetting.FORGET_EVERY)(Forgetting.turn))
  })
)
