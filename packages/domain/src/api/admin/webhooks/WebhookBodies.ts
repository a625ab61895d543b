/** Webhooks as the admin API shows them. Field names are those of the wire. */
import { Schema } from "effect"
import { EndpointName } from "../../../webhooks/Endpoint.ts"
import * as Fields from "../../Fields.ts"
import * as AdminFields from "../AdminFields.ts"

export const optional = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))
export const at = (description: string) => Schema.optionalKey(Fields.Timestamp.annotate({ description }))
export const units = (description: string) => Schema.Int.annotate({ description })

const ofWebhook = {
  name: EndpointName.annotate({ description: "Its name in the file of webhooks" }),
  url: Schema.String.annotate({ description: "Where it is told: the origin, without what may be a secret" }),
  events: Schema.Array(Schema.String).annotate({ description: "The types of events that it is told; `*` is any" }),
  condition: Schema.Literals(["unlisted", "disabled", "gone", "full", "unheld", "delivering"]).annotate({
    description:
      "`unlisted`: not in the file any more. `disabled`: the file says so. `gone`: it has answered 410, and " +
      "is told nothing until its url changes or it is enabled. `full`: as many deliveries wait as may wait, and " +
      "nothing new is sent. `unheld`: no process delivers to it now. `delivering`: it is told"
  }),
  waiting: units("Deliveries that have failed and are tried again"),
  dead: units("Deliveries that were given up"),
  oldest_at: at("How far it is behind: since when its oldest event waits that it was not told"),
  last_success_at: at("When it took an event last"),
  last_failure_at: at("When it took none last"),
  last_failure: optional("Why"),
  gone_at: at("When it has answered 410"),
  holder: optional("The process that delivers to it"),
  replays_open: units("Replays that are not done")
}

export const WebhookRow = Schema.Struct(ofWebhook).annotate({
  identifier: "WebhookRow",
  description: "A server of the shop that is told events, and how that goes."
})

export const WebhookList = Schema.Struct({
  webhooks: Schema.Array(WebhookRow).annotate({ description: "By name, also those that are not in the file any more" })
}).annotate({ identifier: "WebhookList", description: "Every webhook that there is, or was." })

const replayed = {
  ids: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: "Of a replay by ids: these" })),
  dead: Schema.optionalKey(Schema.Literal(true).annotate({ description: "Of a replay of what was given up" })),
  from: at("Of a replay by times: of events told then or later"),
  until: at("Of a replay by times: of events told before then")
}

export const WebhookReplayRow = Schema.Struct({
  id: units("Its number"),
  webhook: EndpointName,
  ...replayed,
  by: Schema.String.annotate({ description: "Who asked for it" }),
  reason: optional("Why"),
  asked_at: Fields.Timestamp,
  done_at: at("When it was done; absent while it goes on"),
  sent: units("Deliveries that it has begun")
}).annotate({ identifier: "WebhookReplayRow", description: "Events that are, or were, sent again." })

export const WebhookDetails = Schema.Struct({
  ...ofWebhook,
  replays: Schema.Array(WebhookReplayRow).annotate({ description: "The last hundred, the newest first" })
}).annotate({ identifier: "WebhookDetails", description: "A webhook, with its replays." })

export const WebhookDelivery = Schema.Struct({
  event_id: Schema.String.annotate({ description: "The id of the event, sent as `webhook-id`" }),
  type: Schema.String,
  item_id: optional("The item that the event is about"),
  request_id: optional("The order that the event is about"),
  state: Schema.Literals(["waiting", "dead"]).annotate({
    description: "`waiting` for its next attempt, or `dead`: given up"
  }),
  attempts: units("How often it was tried"),
  due_at: at("When it is tried again"),
  since: Fields.Timestamp.annotate({ description: "When it failed first, or was asked for" }),
  last_attempt_at: at("When it was tried last"),
  status: Schema.optionalKey(units("The status of the last answer; absent where there was none")),
  error: optional("Why the last attempt failed")
}).annotate({ identifier: "WebhookDelivery", description: "A delivery that has failed. What succeeded is not kept." })

export const DeliveryPage = Schema.Struct({
  deliveries: Schema.Array(WebhookDelivery).annotate({ description: "The newest first" }),
  next: Schema.optionalKey(AdminFields.Next)
}).annotate({ identifier: "DeliveryPage", description: "A page of deliveries that wait or were given up." })
