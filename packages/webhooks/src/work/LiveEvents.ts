/** Sends new events to one endpoint. Those that fail become rows, and the cursor goes on. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import type { EventPage } from "@flash-sale/domain/webhooks/Sending"
import { MAX_AGE_MILLIS, MAX_WAITING } from "@flash-sale/domain/webhooks/Standing"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as WebhookMetrics from "@flash-sale/infra/observability/metrics/WebhookMetrics"
import { Clock, Effect, Metric, Queue, type Scope } from "effect"
import * as CursorMoves from "./CursorMoves.ts"
import * as Delivery from "./Delivery.ts"
import * as Guarded from "./Guarded.ts"
import type * as Held from "./Held.ts"
import { WebhookState } from "./WebhookState.ts"
import * as Window from "./Window.ts"

/**
 * New events of an endpoint that are under way or are over and wait for one before them. One that hangs holds up only
 * those so far behind it, until its time is over. As many may come twice after a kill.
 */
const WINDOW = 2_000
/** Those of them that are under way, or wait for a connection. */
const MAX_OPEN = 400
/** Entries that are read at once. */
const PAGE = 200

/** How many more deliveries may wait. What is under way may fail as well. */
const roomOf = ({ inWindow, waiting }: Held.Held): number => MAX_WAITING - waiting - inWindow
const isFull = (held: Held.Held): boolean => roomOf(held) <= 0

const sayFull = (held: Held.Held) => {
  let isSaid = false
  return Effect.suspend(() => {
    const isNow = isFull(held)
    if (isNow === isSaid) return Effect.void
    isSaid = isNow
    const about = { event: "webhook_standing", endpoint: held.name } as const
    return isNow
      ? Log.error(`${MAX_WAITING} deliveries to ${held.name} wait: it is told nothing new until one is over`, about)
      : Log.info(`${held.name} is told new events again`, about)
  })
}

/** Passes over what is too old, and says so once in a row. */
const agePasser = (held: Held.Held) => {
  let isSaid = false
  return (count: number) => {
    if (count === 0) {
      isSaid = false
      return Effect.void
    }
    const line = isSaid ? Effect.void : Log.error(
      `Events of more than four days ago are not sent to ${held.name}: webhook replay sends them`,
      { event: "webhook_too_old", endpoint: held.name }
    )
    isSaid = true
    return Effect.andThen(line, Metric.update(WebhookMetrics.delivered(held.name, "too_old"), count))
  }
}

type Services = Delivery.Services | Scope.Scope

/** Sends from the held cursor on. Ends where something was not sent, and nothing is under way any more. */
const session = Effect.fnUntraced(function*(
  held: Held.Held,
  from: number,
  tooOld: (count: number) => Effect.Effect<void>
): Effect.fn.Return<number, never, Services> {
  const { end, endpoint, life, persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  const guard = Guarded.orBegunAnew(held)
  const window = Window.make()
  const moves = yield* CursorMoves.make(held, window, from)
  let taken = from
  let underWay = 0
  let isEnding = false
  /** The end up to which there was nothing more: what was at it is deleted. */
  let emptyUpTo: number | undefined

  const deliver = (event: EventPage["events"][number]) => {
    const over = window.begin(event)
    underWay += 1
    const attempt = Effect.map(Delivery.attempt(held, event, 0), (failure) => {
      underWay -= 1
      // What was not sent stays in the window: the cursor does not pass it.
      if (failure === Delivery.NOT_SENT) isEnding = true
      else over(failure)
      Queue.offerUnsafe(held.wakeLive, undefined)
    })
    return Effect.forkScoped(guard(attempt))
  }
  const begin = Effect.fnUntraced(function*({ events, upTo }: EventPage) {
    const oldest = (yield* Clock.currentTimeMillis) - MAX_AGE_MILLIS
    const current = endpoint(held.name)
    // It has left the file while the page was read: these events are for when it is back.
    if (current === undefined) return
    const wanted = events.filter(({ type }) => current.matches(type))
    const fresh = wanted.filter(({ at }) => at >= oldest)
    yield* tooOld(wanted.length - fresh.length)
    yield* Effect.forEach(fresh, deliver, { discard: true })
    if (upTo === taken) emptyUpTo = end.seen
    else if (upTo !== fresh.at(-1)?.entry) window.pass(upTo)
    taken = upTo
  })
  const hasEnded = () => isEnding || held.isGone || life.isStopping || held.isLost
  const mayRead = () =>
    !hasEnded() && endpoint(held.name) !== undefined && taken < end.seen && end.seen !== emptyUpTo &&
    window.size() <= WINDOW - PAGE && window.open() <= MAX_OPEN - PAGE && !isFull(held)
  const full = sayFull(held)

  while (!held.isLost) {
    yield* full
    if (mayRead()) yield* begin(yield* persist(queue.page(taken, Math.min(PAGE, roomOf(held)))))
    yield* moves.begin
    if (hasEnded() && underWay === 0 && !moves.isMoving()) return moves.cursor()
    if (!mayRead()) yield* Queue.take(held.wakeLive)
  }
  return moves.cursor()
})

/** Ends where the endpoint is another's now, or the process stops and nothing is under way. */
export const work = Effect.fnUntraced(function*(held: Held.Held): Effect.fn.Return<void, never, Services> {
  const { life } = yield* WebhookState
  const tooOld = agePasser(held)
  let cursor = held.cursor
  while (!held.isLost && !life.isStopping) {
    if (held.isGone) yield* Queue.take(held.wakeLive)
    else cursor = yield* session(held, cursor, tooOld)
  }
})
