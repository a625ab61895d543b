/** One attempt for one event: sends it, counts it, and says what is left to do. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import * as Json from "@flash-sale/domain/records/wire/Json"
import * as RetrySchedule from "@flash-sale/domain/webhooks/RetrySchedule"
import type { ArchivedEvent, Failure } from "@flash-sale/domain/webhooks/Sending"
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as WebhookMetrics from "@flash-sale/infra/observability/metrics/WebhookMetrics"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { type Span, Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Clock, Effect, Metric, Random } from "effect"
import type { Attempt } from "../send/Judgement.ts"
import * as Judgement from "../send/Judgement.ts"
import { Sender } from "../send/Sender.ts"
import * as Held from "./Held.ts"
import { WebhookState } from "./WebhookState.ts"

/** The endpoint has left the file, or wants nothing any more: nothing was sent. */
export const NOT_SENT = "not sent" as const

export type Services = WebhookState | Sender | WebhookQueue

/** The trace that an event belongs to. Its text is of who told it, and is read as such: any text may stand there. */
const traceparentOf = (body: string): string | undefined => {
  const event = Json.parse(body)
  const data = Json.isObject(event) ? event["data"] : undefined
  const header = Json.isObject(data) ? data["traceparent"] : undefined
  return typeof header === "string" && Propagation.traceIdOf(header) !== undefined ? header : undefined
}

const endSpan = (span: Span | undefined, attempt: Attempt): void => {
  if (span === undefined) return
  if (attempt.status !== undefined) span.set({ "http.response.status_code": attempt.status })
  span.end(attempt._tag === "Delivered" ? undefined : attempt.error)
}

/** What came of a request, and the url that it was sent to. */
interface Sent {
  readonly result: Attempt
  readonly url: string
}

/** Sends an event of this id once. A bug in that is an attempt which has failed: those behind it go on. */
export const send = Effect.fnUntraced(function*(held: Held.Held, id: string, type: string, body: string) {
  const { endpoint: find } = yield* WebhookState
  const sender = yield* Sender
  const recorder = yield* Spans
  return yield* held.places.withPermits(1)(
    Effect.suspend((): Effect.Effect<Sent | typeof NOT_SENT> => {
      const endpoint = find(held.name)
      if (endpoint === undefined) return Effect.succeed(NOT_SENT)
      const parent = traceparentOf(body)
      const span = recorder?.begin("webhook deliver", {
        kind: "client",
        parent,
        attributes: { "webhook.endpoint": held.name, "webhook.id": id, "event.type": type }
      })
      const outgoing = { id, body, traceparent: span?.traceparent ?? parent }
      return sender.send(endpoint, outgoing).pipe(
        outlivingBugs(`sending an event to ${held.name}`),
        Effect.orElseSucceed(() => Judgement.unanswered("it was not sent, by a fault of the engine")),
        Effect.map((result) => {
          endSpan(span, result)
          return { result, url: endpoint.url.href }
        })
      )
    })
  )
})

/** An endpoint that wants nothing any more is left alone. Said once. */
const leaveAlone = Effect.fnUntraced(function*(held: Held.Held, url: string, now: number) {
  if (held.isGone) return
  held.isGone = true
  const { holder, persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  yield* persist(queue.gone(held.name, holder, url, now))
  yield* Log.error(
    `${held.name} answered 410 and is sent nothing any more, until its url changes or webhook enable says so`,
    { event: "webhook_gone", endpoint: held.name }
  )
})

const failureOf = (attempt: Exclude<Attempt, { _tag: "Delivered" }>, attempts: number, now: number, chance: number) => {
  const retryAfter = attempt._tag === "Failed" ? attempt.retryAfter : 0
  const wait = RetrySchedule.waitAfter(attempts, chance, retryAfter)
  const failure: Failure = {
    at: now,
    dueAt: wait === undefined ? undefined : now + wait,
    status: attempt.status,
    error: attempt.error
  }
  return failure
}

/** Tries an event that has failed so many times before. The failure, undefined where it is delivered, or `NOT_SENT`. */
export const attempt = Effect.fnUntraced(function*(held: Held.Held, event: ArchivedEvent, attempts: number) {
  if (held.isGone) return NOT_SENT
  const sent = yield* send(held, event.id, event.type, event.body)
  if (sent === NOT_SENT) return NOT_SENT
  const { result, url } = sent
  const { endpoint } = yield* WebhookState
  const now = yield* Clock.currentTimeMillis
  const count = (outcome: WebhookMetrics.Outcome) => Metric.update(WebhookMetrics.delivered(held.name, outcome), 1)
  if (result._tag === "Delivered") {
    Held.note(held, now, undefined)
    yield* count("delivered")
    return undefined
  }
  const failure = failureOf(result, attempts + 1, now, yield* Random.next)
  Held.note(held, now, failure)
  // What a former url says is not of the one that there is.
  const isGone = result._tag === "Gone" && endpoint(held.name)?.url.href === url
  if (isGone) yield* leaveAlone(held, url, now)
  yield* count(isGone ? "gone" : failure.dueAt === undefined ? "dead" : "retry")
  if (failure.dueAt === undefined) yield* Metric.update(WebhookMetrics.dead(held.name), 1)
  return failure
})
