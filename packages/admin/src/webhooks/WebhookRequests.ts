/** `GET /admin/v1/webhooks` and what is below it. */
import { UnknownTest } from "@flash-sale/domain/api/admin/webhooks/WebhookErrors"
import { type ArchiveCursor, DEFAULT_PAGE } from "@flash-sale/domain/archive/Questions"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import { refuse } from "@flash-sale/gateway/request/RequestContext"
import * as WebhookList from "@flash-sale/operations/webhooks/WebhookList"
import * as WebhookTest from "@flash-sale/operations/webhooks/WebhookTest"
import * as WebhookViews from "@flash-sale/operations/webhooks/WebhookViews"
import { Effect, Option } from "effect"
import * as ArchiveFailures from "../archive/ArchiveFailures.ts"
import * as WebhookFailures from "./WebhookFailures.ts"

interface DeliveriesQuery {
  readonly dead?: "true" | "false"
  readonly cursor?: ArchiveCursor
  readonly limit?: number
}

const STATES = { true: "dead", false: "waiting" } as const

export const list = Effect.map(
  ArchiveFailures.bounded(WebhookList.list),
  (endpoints) => ({ webhooks: endpoints.map(WebhookViews.rowOf) })
)

export const one = (name: EndpointName) =>
  Effect.map(
    WebhookFailures.bounded(WebhookList.details(name)),
    ({ endpoint, replays }) => WebhookViews.detailsOf(endpoint, replays)
  )

export const deliveries = (name: EndpointName, { cursor, dead, limit = DEFAULT_PAGE }: DeliveriesQuery) =>
  Effect.map(
    WebhookFailures.bounded(
      WebhookList.deliveries(name, dead === undefined ? undefined : STATES[dead], cursor, limit)
    ),
    ({ entries, next }) => ({
      deliveries: entries.map(WebhookViews.deliveryOf),
      ...(next === undefined ? {} : { next: next as string })
    })
  )

export const outcome = (name: EndpointName, id: string) =>
  Effect.flatMap(
    ArchiveFailures.bounded(WebhookTest.outcome(name, id)),
    Option.match({
      onNone: () => refuse((correlationId) => new UnknownTest({ correlation_id: correlationId })),
      onSome: (found) => Effect.succeed(WebhookViews.testOf(found))
    })
  )
