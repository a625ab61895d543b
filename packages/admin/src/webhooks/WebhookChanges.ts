/** `POST /admin/v1/webhooks/:name/test`, `…/replay` and `…/enable`. */
import type * as Changes from "@flash-sale/domain/api/admin/webhooks/WebhookChanges"
import * as Moment from "@flash-sale/domain/records/Moment"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import * as Refusals from "@flash-sale/gateway/request/Refusals"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as WebhookList from "@flash-sale/operations/webhooks/WebhookList"
import * as WebhookReplay from "@flash-sale/operations/webhooks/WebhookReplay"
import * as WebhookTest from "@flash-sale/operations/webhooks/WebhookTest"
import * as WebhookViews from "@flash-sale/operations/webhooks/WebhookViews"
import { Effect, Option } from "effect"
import * as Audit from "../request/Audit.ts"
import * as IdempotentRequests from "../request/IdempotentRequests.ts"
import * as WebhookFailures from "./WebhookFailures.ts"

/** How long the answer waits until the outcome of a test is known. */
const OUTCOME_WITHIN = "2 seconds"

type Payload = typeof Changes.WebhookReplay.Type

/** Sends a test event. A look that fails after it was asked for leaves its outcome to be asked for. */
export const test = (name: EndpointName, { reason }: { readonly reason?: string }) =>
  Effect.gen(function*() {
    yield* WebhookFailures.bounded(WebhookList.find(name))
    const operator = yield* Audit.operator(reason)
    const asked = yield* WebhookFailures.boundedChange(WebhookFailures.orBusy(WebhookTest.ask(name, operator)))
    const look = WebhookTest.outcome(name, asked.id)
    const found = yield* WebhookTest.settled(asked, look, WebhookTest.isKnown, OUTCOME_WITHIN).pipe(
      Effect.catchTags({ ArchiveUnavailable: () => Effect.succeed(asked), NoArchive: () => Effect.succeed(asked) })
    )
    return WebhookViews.testOf(found)
  }).pipe(Audit.told({ change: "webhook_test", detail: `send a test event to webhook ${name}`, reason }))

/** In milliseconds; the schema has seen to it that it is a moment. */
const millisOf = (text: string): number => Option.getOrElse(Moment.millisOf(text), () => 0)

/** The events that are meant: the schema has seen to it that they are named in one way. */
const selectedOf = Effect.fnUntraced(function*({ from, ids, until }: Payload) {
  if (ids !== undefined) return { _tag: "Ids", ids } satisfies WebhookReplay.Selected
  if (from === undefined) return { _tag: "Dead" } satisfies WebhookReplay.Selected
  const times = { from: millisOf(from), until: until === undefined ? undefined : millisOf(until) }
  if (times.until !== undefined && times.until <= times.from) {
    const { correlationId } = yield* RequestContext
    return yield* Effect.fail(Refusals.invalidField(correlationId, "until", "must be later than from"))
  }
  return { _tag: "Times", ...times } satisfies WebhookReplay.Selected
})

const wordsOf = ({ from, ids, until = "now" }: Payload): string =>
  ids !== undefined
    ? `${ids.length} events from ${JSON.stringify(ids[0])} on`
    : from === undefined
    ? "what was given up"
    : `events from ${from} until ${until}`

const queue = (name: EndpointName, payload: Payload, selected: WebhookReplay.Selected, key: string | undefined) =>
  Effect.gen(function*() {
    const { dead, from, ids, reason, until } = payload
    yield* WebhookFailures.bounded(WebhookList.find(name))
    const keyed = yield* IdempotentRequests.look(key, [
      "webhook_replay",
      name,
      ids ?? null,
      dead ?? null,
      from ?? null,
      until ?? null,
      reason
    ])
    const operator = yield* Audit.operator(reason)
    const asked = WebhookReplay.ask(name, selected, operator, keyed?.command)
    const id = yield* WebhookFailures.boundedChange(WebhookFailures.orUnknownEvents(WebhookFailures.orBusy(asked)))
    return { status: "Replay Queued" as const, id, webhook: name }
  }).pipe(
    Audit.told({
      change: "webhook_replay",
      detail: `send ${wordsOf(payload)} to webhook ${name} again`,
      reason: payload.reason
    })
  )

/** Sends events again, or says how many that would be. */
export const replay = Effect.fnUntraced(function*(name: EndpointName, payload: Payload, key: string | undefined) {
  const selected: WebhookReplay.Selected = yield* selectedOf(payload)
  return payload.dry_run === true
    ? yield* WebhookFailures.orUnknownEvents(WebhookFailures.bounded(WebhookReplay.count(name, selected)))
    : yield* queue(name, payload, selected, key)
})

/** Delivers again to a webhook that has answered 410. */
export const enable = (name: EndpointName, { reason }: { readonly reason: string }) =>
  Effect.gen(function*() {
    yield* WebhookFailures.bounded(WebhookList.find(name))
    const operator = yield* Audit.operator(reason)
    return WebhookViews.rowOf(yield* WebhookFailures.boundedChange(WebhookReplay.enable(name, operator)))
  }).pipe(Audit.told({ change: "webhook_enable", detail: `deliver to webhook ${name} again`, reason }))
