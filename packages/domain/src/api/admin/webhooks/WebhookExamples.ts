/** One example of each body about webhooks at the admin API, as it is on the wire, by the name of its schema. */
import { correlation_id } from "../../document/ProblemExamples.ts"
import type * as Bodies from "./WebhookBodies.ts"
import type * as Changes from "./WebhookChanges.ts"
import type * as WebhookErrors from "./WebhookErrors.ts"

const row = {
  name: "shop",
  url: "https://shop.example",
  events: ["order.*"],
  condition: "delivering",
  waiting: 2,
  dead: 1,
  oldest_at: "2026-12-01T18:00:00.000Z",
  last_success_at: "2026-12-01T18:04:59.120Z",
  last_failure_at: "2026-12-01T18:00:10.004Z",
  last_failure: "503",
  holder: "webhooks-1",
  replays_open: 0
} satisfies typeof Bodies.WebhookRow.Encoded

const replay = {
  id: 7,
  webhook: "shop",
  from: "2026-12-01T16:00:00.000Z",
  until: "2026-12-01T18:00:00.000Z",
  by: "ops",
  reason: "the shop has lost two hours",
  asked_at: "2026-12-01T18:05:00.000Z",
  sent: 120
} satisfies typeof Bodies.WebhookReplayRow.Encoded

const delivery = {
  event_id: "3-1742-3",
  type: "order.completed",
  item_id: "mug",
  request_id: "r-1",
  state: "waiting",
  attempts: 2,
  due_at: "2026-12-01T18:05:10.000Z",
  since: "2026-12-01T18:00:05.000Z",
  last_attempt_at: "2026-12-01T18:00:10.004Z",
  status: 503
} satisfies typeof Bodies.WebhookDelivery.Encoded

const asked = {
  id: "test-0d5c8d4e-4d0c-4b5e-9a43-9f4f1f6c2b11",
  webhook: "shop",
  asked_at: "2026-12-01T18:05:00.000Z"
}

const tested = {
  ...asked,
  outcome: "delivered",
  done_at: "2026-12-01T18:05:00.812Z",
  status: 204,
  took_ms: 31
} satisfies typeof Changes.WebhookTested.Encoded

const problem = { correlation_id } as const

export const EXAMPLES = {
  WebhookRow: row,
  WebhookList: { webhooks: [row] } satisfies typeof Bodies.WebhookList.Encoded,
  WebhookReplayRow: replay,
  WebhookDetails: { ...row, replays: [replay] } satisfies typeof Bodies.WebhookDetails.Encoded,
  WebhookDelivery: delivery,
  DeliveryPage: {
    deliveries: [delivery],
    next: "1796148000123-42"
  } satisfies typeof Bodies.DeliveryPage.Encoded,
  WebhookTest: { reason: "the certificate is new" } satisfies typeof Changes.WebhookTest.Encoded,
  WebhookTested: tested,
  WebhookTestPending: { ...asked, outcome: "pending" } satisfies typeof Changes.WebhookTestPending.Encoded,
  WebhookReplay: {
    from: "2026-12-01T16:00:00Z",
    reason: "the shop has lost two hours"
  } satisfies typeof Changes.WebhookReplay.Encoded,
  WebhookReplayCounted: { dry_run: true, events: 4_100, more: false } satisfies typeof Changes.ReplayCounted.Encoded,
  WebhookReplayQueued: {
    status: "Replay Queued",
    id: 7,
    webhook: "shop"
  } satisfies typeof Changes.ReplayQueued.Encoded,
  UnknownWebhook: {
    error: "Unknown webhook",
    code: "unknown_webhook",
    retryable: false,
    ...problem
  } satisfies typeof WebhookErrors.UnknownWebhook.Encoded,
  UnknownTest: {
    error: "Unknown test",
    code: "unknown_test",
    retryable: false,
    ...problem
  } satisfies typeof WebhookErrors.UnknownTest.Encoded,
  WebhookBusy: {
    error: "Too much is asked of the webhook",
    code: "webhook_busy",
    retryable: true,
    ...problem
  } satisfies typeof WebhookErrors.WebhookBusy.Encoded
}
