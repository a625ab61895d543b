/** What the admin API refuses about webhooks. Bodies as in `Errors`. */
import { Schema } from "effect"
import { answer } from "../../Answer.ts"
import * as Fields from "../../Fields.ts"
import { fixed } from "../../FixedField.ts"

/** No process of webhooks has read this name from its file. */
export class UnknownWebhook extends Schema.Error<UnknownWebhook>("UnknownWebhook")({
  error: fixed("Unknown webhook"),
  code: fixed("unknown_webhook"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(404, "No webhook has this name.")) {
  readonly _tag = "UnknownWebhook"
}

/** No test event has this id, or it is one of too long ago. */
export class UnknownTest extends Schema.Error<UnknownTest>("UnknownTest")({
  error: fixed("Unknown test"),
  code: fixed("unknown_test"),
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText
}, answer(404, "No test event of this webhook has this id, or it is one of too long ago.")) {
  readonly _tag = "UnknownTest"
}

/** As much as may be asked of it is not done yet. Nothing was done. */
export class WebhookBusy extends Schema.Error<WebhookBusy>("WebhookBusy")({
  error: fixed("Too much is asked of the webhook"),
  code: fixed("webhook_busy"),
  retryable: fixed(true),
  correlation_id: Fields.CorrelationText
}, answer(409, "As many replays or tests of the webhook as may be asked for are not done yet. Nothing was done.")) {
  readonly _tag = "WebhookBusy"
}
