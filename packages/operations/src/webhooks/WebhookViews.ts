/** Webhooks under the names of the wire: the same at the admin API and at the command line. Pure. */
import type * as Bodies from "@flash-sale/domain/api/admin/webhooks/WebhookBodies"
import type * as Changes from "@flash-sale/domain/api/admin/webhooks/WebhookChanges"
import * as Moment from "@flash-sale/domain/records/Moment"
import type {
  EndpointStanding,
  Replayed,
  ReplayStanding,
  TestOutcome,
  WebhookDelivery
} from "@flash-sale/domain/webhooks/Standing"

type Row = typeof Bodies.WebhookRow.Type

/** A field that is there where its value is known. */
const known = <Name extends string, A>(name: Name, value: A | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: A }

const moment = <Name extends string>(name: Name, millis: number | undefined) =>
  known(name, millis === undefined ? undefined : Moment.isoOf(millis))

/** The origin alone: many receivers have a token in the path, or behind it. Whoever has the file sees the whole url. */
export const shownUrl = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return parsed === undefined ? "(not shown)" : parsed.origin
}

export const rowOf = (endpoint: EndpointStanding): Row => ({
  name: endpoint.name,
  url: shownUrl(endpoint.url),
  events: endpoint.events,
  condition: endpoint.condition,
  waiting: endpoint.waiting,
  dead: endpoint.dead,
  ...moment("oldest_at", endpoint.oldestAt),
  ...moment("last_success_at", endpoint.lastSuccessAt),
  ...moment("last_failure_at", endpoint.lastFailureAt),
  ...known("last_failure", endpoint.lastFailure),
  ...moment("gone_at", endpoint.goneAt),
  ...known("holder", endpoint.holder),
  replays_open: endpoint.replays
})

const whatOf = (replayed: Replayed) => {
  switch (replayed._tag) {
    case "Ids":
      return { ids: replayed.ids }
    case "Dead":
      return { dead: true as const }
    case "Times":
      return { from: Moment.isoOf(replayed.from), until: Moment.isoOf(replayed.until) }
  }
}

export const replayOf = (replay: ReplayStanding): typeof Bodies.WebhookReplayRow.Type => ({
  id: replay.id,
  webhook: replay.endpoint,
  ...whatOf(replay.replayed),
  by: replay.by,
  ...known("reason", replay.reason),
  asked_at: Moment.isoOf(replay.askedAt),
  ...moment("done_at", replay.doneAt),
  sent: replay.sent
})

export const detailsOf = (
  endpoint: EndpointStanding,
  replays: ReadonlyArray<ReplayStanding>
): typeof Bodies.WebhookDetails.Type => ({ ...rowOf(endpoint), replays: replays.map(replayOf) })

export const deliveryOf = (delivery: WebhookDelivery): typeof Bodies.WebhookDelivery.Type => ({
  event_id: delivery.eventId,
  type: delivery.type,
  ...known("item_id", delivery.itemId),
  ...known("request_id", delivery.requestId),
  state: delivery.state,
  attempts: delivery.attempts,
  ...moment("due_at", delivery.dueAt),
  since: Moment.isoOf(delivery.createdAt),
  ...moment("last_attempt_at", delivery.lastAttemptAt),
  ...known("status", delivery.status),
  ...known("error", delivery.error)
})

export const testOf = (test: TestOutcome): Changes.WebhookOutcome => {
  const asked = { id: test.id, webhook: test.endpoint, asked_at: Moment.isoOf(test.askedAt) }
  return test.isDelivered === undefined ? { ...asked, outcome: "pending" } : {
    ...asked,
    outcome: test.isDelivered ? "delivered" : "failed",
    ...moment("done_at", test.doneAt),
    ...known("status", test.status),
    ...known("error", test.error),
    ...known("took_ms", test.tookMillis)
  }
}
