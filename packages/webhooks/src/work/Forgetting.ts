/** Forgets endpoints that have left the file long ago: what is kept of them would else stay for ever. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { UNLISTED_KEPT_MILLIS } from "@flash-sale/domain/webhooks/Standing"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Duration, Effect } from "effect"
import { WebhookState } from "./WebhookState.ts"

export const FORGET_EVERY = Duration.minutes(1)
/** Deliveries that one transaction deletes. */
export const STEP = 500
/** Transactions of one turn: more is left for the next. */
const STEPS = 20

export const turn: Effect.Effect<void, never, WebhookState | WebhookQueue> = Effect.gen(function*() {
  const { persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  for (let step = 0; step < STEPS; step++) {
    const { isDone, name } = yield* persist(queue.forget(UNLISTED_KEPT_MILLIS, STEP))
    if (isDone) return
    if (name === undefined) continue
    yield* Log.info(`${name} is forgotten: it left the file 30 days ago, and would begin anew`, {
      event: "webhook_forgotten",
      endpoint: name
    })
  }
})
