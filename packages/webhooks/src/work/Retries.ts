/** Sends to one endpoint again what has failed, and what a replay has asked for, when it is due. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect, Queue } from "effect"
import * as Delivery from "./Delivery.ts"
import * as Held from "./Held.ts"
import { WebhookState } from "./WebhookState.ts"

/** Deliveries that are read at once. */
const ROUND = 64
/** How many of them are under way at once: half of the connections are left to new events. */
const AT_ONCE = 8
/** How often it is looked for what is due. */
const LOOK_EVERY = Duration.millis(500)

/** How often it is looked for what another clock has dated: in all rows, so not each time. */
const REDATE_EVERY = 10_000

const sayDead = (held: Held.Held, count: number) =>
  count === 0 ? Effect.void : Log.error(
    `${count} deliveries to ${held.name} are given up: webhook deliveries --dead shows them, webhook replay sends them`,
    { event: "webhook_dead", endpoint: held.name }
  )

/** One round; false where the endpoint is another's now. Gives how many were due. */
export const round = Effect.fnUntraced(function*(held: Held.Held) {
  const { holder, persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  const now = yield* Clock.currentTimeMillis
  const due = yield* persist(queue.due(held.name, now, ROUND))
  const results = yield* Effect.forEach(
    due,
    (delivery) =>
      Effect.map(Delivery.attempt(held, delivery.event, delivery.attempts), (failure) => ({ delivery, failure })),
    { concurrency: AT_ONCE }
  )
  const sent = results.flatMap(({ delivery, failure }) => failure === Delivery.NOT_SENT ? [] : [{ delivery, failure }])
  if (sent.length === 0) return { isHeld: true, sent: 0 }
  const isHeld = yield* persist(queue.settle(held.name, holder, sent, Held.takeLast(held)))
  const over = sent.filter(({ failure }) => failure?.dueAt === undefined)
  if (!isHeld) return { isHeld, sent: 0 }
  Held.addWaiting(held, -over.length)
  yield* sayDead(held, over.filter(({ failure }) => failure !== undefined).length)
  Queue.offerUnsafe(held.wakeLive, undefined)
  return { isHeld, sent: sent.length }
})

/** Makes due what a clock that was ahead has dated. */
export const redate = Effect.fnUntraced(function*(held: Held.Held) {
  const { holder, persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  yield* persist(queue.redate(held.name, holder, yield* Clock.currentTimeMillis))
})

/** Ends where the endpoint is another's now, or the process stops. */
export const work = Effect.fnUntraced(function*(held: Held.Held) {
  const { life } = yield* WebhookState
  let redatedAt = Number.NEGATIVE_INFINITY
  while (!life.isStopping && !held.isLost) {
    if (held.waiting === 0 || held.isGone) {
      yield* Queue.take(held.wakeRetries)
      continue
    }
    const moment = yield* Monotonic.now
    if (moment - redatedAt >= REDATE_EVERY) {
      redatedAt = moment
      yield* redate(held)
    }
    const { isHeld, sent } = yield* round(held)
    if (!isHeld) return Held.lose(held)
    if (sent < ROUND) yield* Effect.sleep(LOOK_EVERY)
  }
})
