/** Does for one endpoint what operators have asked for: test events, and replays. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { MAX_WAITING } from "@flash-sale/domain/webhooks/Standing"
import * as TestEvent from "@flash-sale/domain/webhooks/TestEvent"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect } from "effect"
import * as Delivery from "./Delivery.ts"
import * as Held from "./Held.ts"
import { WebhookState } from "./WebhookState.ts"

/** Deliveries that replays may make wait: the rest of the room is for events that fail. */
const MAX_REPLAYED = MAX_WAITING * 0.8
/** Deliveries that one step of a replay makes. */
const STEP = 200
/** Replays look through what there is at this pace, so that others read and write, too. */
const STEP_EVERY = Duration.millis(50)
const LOOK_EVERY = Duration.millis(500)

const test = Effect.fnUntraced(function*(held: Held.Held, id: string) {
  const { persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  const now = yield* Clock.currentTimeMillis
  const began = yield* Monotonic.now
  const sent = yield* Delivery.send(held, id, TestEvent.TYPE, TestEvent.write(id, held.name, now))
  if (sent === Delivery.NOT_SENT) return
  const attempt = sent.result
  const result = {
    doneAt: yield* Clock.currentTimeMillis,
    isDelivered: attempt._tag === "Delivered",
    status: attempt.status,
    error: attempt._tag === "Delivered" ? undefined : attempt.error,
    tookMillis: (yield* Monotonic.now) - began
  }
  yield* persist(queue.settleTest(id, result))
})

/** One step of the replay that there is. */
const replay = Effect.fnUntraced(function*(held: Held.Held) {
  const { endpoint, holder, persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  const active = held.replay
  const wanted = endpoint(held.name)
  const room = Math.min(STEP, MAX_REPLAYED - held.waiting)
  if (active === undefined || wanted === undefined || room <= 0) return false
  const now = yield* Clock.currentTimeMillis
  const found = yield* persist(queue.replayStep(held.name, holder, active, wanted.matches, room, now))
  if (found.isDone) held.replay = undefined
  Held.addWaiting(held, found.sent)
  if (found.sent > 0) Held.wake(held)
  if (found.isDone) {
    yield* Log.info(`Replay ${active.id} is done: what it found is sent to ${held.name}`, {
      event: "webhook_replayed",
      endpoint: held.name
    })
  }
  return true
})

/** Goes on for as long as it runs. */
export const work = Effect.fnUntraced(function*(held: Held.Held) {
  const { life } = yield* WebhookState
  const tried = new Set<string>()
  while (!life.isStopping && !held.isLost) {
    for (const id of held.tests.filter((one) => !tried.has(one))) {
      tried.add(id)
      yield* test(held, id)
    }
    yield* Effect.sleep((yield* replay(held)) ? STEP_EVERY : LOOK_EVERY)
  }
})
