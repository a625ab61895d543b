/** Webhooks at the admin API: how they do, trying one, and sending events again. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ArchiveCursor, MAX_PAGE } from "../../../archive/Questions.ts"
import { EndpointName } from "../../../webhooks/Endpoint.ts"
import * as Errors from "../../Errors.ts"
import { BodyTooLarge, UnsupportedMediaType } from "../../HttpProblems.ts"
import { NoArchive } from "../../lists/ArchiveErrors.ts"
import { limitOf } from "../../lists/Paging.ts"
import { RequestErrors } from "../../RequestErrors.ts"
import { IdempotencyKeyReused } from "../AdminErrors.ts"
import * as AdminFields from "../AdminFields.ts"
import { ReasonGiven } from "../ItemChanges.ts"
import { about } from "../NeededScope.ts"
import { Operators } from "../Operators.ts"
import * as Bodies from "./WebhookBodies.ts"
import * as Changes from "./WebhookChanges.ts"
import { UnknownTest, UnknownWebhook, WebhookBusy } from "./WebhookErrors.ts"

const PATH = "/admin/v1/webhooks"
const named = { name: EndpointName.annotate({ description: "The webhook, as its file names it" }) }

const reading = [NoArchive, Errors.InvalidRequest, Errors.Unavailable] as const
const changing = [
  NoArchive,
  UnknownWebhook,
  BodyTooLarge,
  UnsupportedMediaType,
  Errors.InternalError,
  Errors.Unavailable
] as const

const webhooks = HttpApiEndpoint.get("webhooks", PATH, { success: Bodies.WebhookList, error: reading }).annotateMerge(
  about(
    "read",
    "Every webhook, and how it does",
    "Of its url the origin is shown, as a path may hold a token, and never a secret."
  )
)

const webhook = HttpApiEndpoint.get("webhook", `${PATH}/:name`, {
  params: named,
  success: Bodies.WebhookDetails,
  error: [...reading, UnknownWebhook]
}).annotateMerge(about("read", "One webhook, with its replays"))

const deliveries = HttpApiEndpoint.get("deliveries", `${PATH}/:name/deliveries`, {
  params: named,
  query: {
    dead: Schema.optionalKey(
      Schema.Literals(["true", "false"]).annotate({
        description: "`true`: only those that were given up; `false`: only those that wait"
      })
    ),
    cursor: Schema.optionalKey(ArchiveCursor.annotate({ description: "`next` of the page before" })),
    limit: Schema.optionalKey(
      limitOf(MAX_PAGE, `How much a page holds: 1 to ${MAX_PAGE}, ${AdminFields.PAGE} where it is absent`)
    )
  },
  success: Bodies.DeliveryPage,
  error: [...reading, UnknownWebhook]
}).annotateMerge(about("read", "Deliveries that wait or were given up", "The newest first."))

const test = HttpApiEndpoint.post("webhookTest", `${PATH}/:name/test`, {
  params: named,
  payload: Changes.WebhookTest,
  success: [Changes.WebhookTested, Changes.WebhookTestPending.pipe(HttpApiSchema.status(202))],
  error: [...changing, WebhookBusy]
}).annotateMerge(about(
  "admin",
  "Send a test event",
  "An event `webhook.test`, once, by the process that delivers to it. 202 where its outcome is not known within 2 s."
))

const outcome = HttpApiEndpoint.get("webhookTestOutcome", `${PATH}/:name/tests/:id`, {
  params: { ...named, id: Changes.TestId },
  success: [Changes.WebhookTested, Changes.WebhookTestPending],
  error: [...reading, UnknownTest]
}).annotateMerge(about("read", "What became of a test event"))

const replay = HttpApiEndpoint.post("webhookReplay", `${PATH}/:name/replay`, {
  params: named,
  headers: AdminFields.idempotency,
  payload: Changes.WebhookReplay,
  success: [Changes.ReplayCounted, Changes.ReplayQueued.pipe(HttpApiSchema.status(202))],
  error: [...changing, WebhookBusy, IdempotencyKeyReused]
}).annotateMerge(about(
  "admin",
  "Send events again",
  "In the background, also events that were delivered: receivers know them by their `webhook-id`. 202 with the " +
    "number of the replay; 200 with a count for a `dry_run`. After an answer that was lost send the same " +
    "`Idempotency-Key` again."
))

const enable = HttpApiEndpoint.post("webhookEnable", `${PATH}/:name/enable`, {
  params: named,
  payload: ReasonGiven,
  success: Bodies.WebhookRow,
  error: changing
}).annotateMerge(about(
  "admin",
  "Deliver again to a webhook that has answered 410",
  "What waits is due at once. What the file disables stays so."
))

export class AdminWebhooks extends HttpApiGroup.make("webhooks")
  .add(webhooks, webhook, deliveries, test, outcome, replay, enable)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "Servers of the shop that are told events" }))
{}
