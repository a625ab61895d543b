/** The endpoints about webhooks: each only translates between the wire and what does the work. */
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as WebhookChanges from "../webhooks/WebhookChanges.ts"
import * as WebhookRequests from "../webhooks/WebhookRequests.ts"
import { answering } from "./Answering.ts"

export const webhooks = HttpApiBuilder.group(
  AdminApi,
  "webhooks",
  (handlers) =>
    Effect.map(answering, (answer) =>
      handlers
        .handle("webhooks", () => answer(WebhookRequests.list))
        .handle("webhook", ({ params }) => answer(WebhookRequests.one(params.name)))
        .handle("deliveries", ({ params, query }) => answer(WebhookRequests.deliveries(params.name, query)))
        .handle("webhookTest", ({ params, payload }) => answer(WebhookChanges.test(params.name, payload)))
        .handle("webhookTestOutcome", ({ params }) => answer(WebhookRequests.outcome(params.name, params.id)))
        .handle(
          "webhookReplay",
          ({ headers, params, payload }) =>
            answer(WebhookChanges.replay(params.name, payload, headers["idempotency-key"]))
        )
        .handle("webhookEnable", ({ params, payload }) => answer(WebhookChanges.enable(params.name, payload))))
)
