/** What is asked of webhooks at the admin API, and how that is answered. Field names are those of the wire. */
import { Schema } from "effect"
import * as Moment from "../../../records/Moment.ts"
import { ChangeReason } from "../../../records/operator/Operator.ts"
import { EndpointName } from "../../../webhooks/Endpoint.ts"
import { MAX_REPLAYED_IDS } from "../../../webhooks/Standing.ts"
import * as Fields from "../../Fields.ts"
import { at, optional, units } from "./WebhookBodies.ts"

/** The longest id of an event that is looked at, in characters: one with the name of an item is the longest. */
const MAX_EVENT_ID = 300

/** The id of a test event. */
export const TestId = Schema.String.check(
  Schema.isPattern(/^test-[0-9a-f-]{36}$/, { message: "must be the id of a test, such as POST …/test gives" })
).annotate({ description: "The id of a test event" })

/** A test event that is to be sent. */
export const WebhookTest = Schema.Struct({
  reason: Schema.optionalKey(ChangeReason.annotate({ description: "Why, for the audit" }))
}).annotate({ identifier: "WebhookTest", description: "Why a test event is sent; `{}` where nobody asks." })

const ofTest = { id: TestId, webhook: EndpointName, asked_at: Fields.Timestamp }
const ended = {
  done_at: at("When that was known"),
  status: Schema.optionalKey(units("The status of the answer; absent where there was none")),
  error: optional("Why it failed"),
  took_ms: Schema.optionalKey(units("How long the exchange took, in milliseconds"))
}

/** A test event that was sent. */
export const WebhookTested = Schema.Struct({
  ...ofTest,
  outcome: Schema.Literals(["delivered", "failed"]).annotate({ description: "`delivered`: it was answered with 2xx" }),
  ...ended
}).annotate({ identifier: "WebhookTested", description: "A test event was sent, and this became of it." })

/** A test event that nobody has sent yet. */
export const WebhookTestPending = Schema.Struct({ ...ofTest, outcome: Schema.Literal("pending") }).annotate({
  identifier: "WebhookTestPending",
  description: "A test event that was asked for, of which no answer is known: `GET …/tests/:id` tells more."
})

/** Either of them. */
export type WebhookOutcome = typeof WebhookTested.Type | typeof WebhookTestPending.Type

const EventId = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(MAX_EVENT_ID))
const moment = (description: string) => Schema.optionalKey(Moment.Moment.annotate({ format: "date-time", description }))

interface Selected {
  readonly ids?: unknown
  readonly dead?: unknown
  readonly from?: string
  readonly until?: string
}

const oneSelection = Schema.makeFilter(({ dead, from, ids, until }: Selected) => {
  if ([dead, from, ids].filter((one) => one !== undefined).length !== 1) {
    return { path: ["from"], issue: "exactly one of from, ids and dead is needed" }
  }
  return until !== undefined && from === undefined
    ? { path: ["until"], issue: "goes with from" }
    : undefined
})

/** Events that are to be sent again. */
export const WebhookReplay = Schema.Struct({
  from: moment("Events told then or later, ISO 8601 with its zone"),
  until: moment("With `from`: events told before then; now where it is absent"),
  ids: Schema.optionalKey(
    Schema.Array(EventId).check(Schema.isMinLength(1), Schema.isMaxLength(MAX_REPLAYED_IDS)).annotate({
      description:
        `These events, 1 to ${MAX_REPLAYED_IDS}, whether they were delivered or not; 400 where one is not known`
    })
  ),
  dead: Schema.optionalKey(Schema.Literal(true).annotate({ description: "Every delivery that was given up" })),
  reason: ChangeReason,
  dry_run: Schema.optionalKey(Schema.Boolean.annotate({
    description: "Whether nothing is sent, and the answer says how many events it would be"
  }))
}).check(oneSelection).annotate({
  identifier: "WebhookReplay",
  description: "Events to send again, by when they were told, by their ids, or all that were given up, and why."
})

export const ReplayCounted = Schema.Struct({
  dry_run: Schema.Literal(true),
  events: units("How many events would be sent"),
  more: Schema.Boolean.annotate({ description: "Whether there may be more: they are counted up to a bound" })
}).annotate({ identifier: "WebhookReplayCounted", description: "How many events a replay would send now." })

export const ReplayQueued = Schema.Struct({
  status: Schema.Literal("Replay Queued"),
  id: units("Its number, by which `GET …/:name` shows how far it is"),
  webhook: EndpointName
}).annotate({ identifier: "WebhookReplayQueued", description: "The events are sent again, in the background." })
