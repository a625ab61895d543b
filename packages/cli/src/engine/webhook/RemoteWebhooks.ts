/** Webhooks through the admin API. */
import type { UnknownWebhook, WebhookBusy } from "@flash-sale/domain/api/admin/webhooks/WebhookErrors"
import type { InvalidRequest } from "@flash-sale/domain/api/Errors"
import { ArchiveCursor } from "@flash-sale/domain/archive/Questions"
import * as Moment from "@flash-sale/domain/records/Moment"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { Counted, Selected } from "@flash-sale/operations/webhooks/WebhookReplay"
import * as WebhookTest from "@flash-sale/operations/webhooks/WebhookTest"
import { Effect, Option } from "effect"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as Remote from "../../terminal/Remote.ts"
import type { RemoteCall } from "../RemoteCall.ts"
import { type Outcome, OUTCOME_WITHIN, type WebhookCalls } from "./WebhookCalls.ts"
import * as WebhookWords from "./WebhookWords.ts"

type Refused = UnknownWebhook | WebhookBusy | InvalidRequest

/** What is wrong with the ids of events; undefined where nothing is. */
const idsIn = ({ errors = [] }: InvalidRequest): string | undefined =>
  errors.find(({ field }) => field === "ids")?.message

/** What stands against a call is an answer of it: everything else goes wrong with any call alike. */
const REFUSED = {
  UnknownWebhook: (error: UnknownWebhook) => Effect.succeed(error),
  WebhookBusy: (error: WebhookBusy) => Effect.succeed(error)
}
/** The flag has another name than the field. */
const OF_REPLAY = {
  ...REFUSED,
  InvalidRequest: (error: InvalidRequest) => idsIn(error) === undefined ? Effect.fail(error) : Effect.succeed(error)
}
const UNKNOWN = { UnknownWebhook: REFUSED.UnknownWebhook }

/** What was answered; fails where that is a refusal. */
const granted = <A extends object>(
  name: EndpointName,
  answer: Effect.Effect<A | Refused, CommandFailed.CommandFailed>
): Effect.Effect<Exclude<A, Refused>, CommandFailed.CommandFailed> =>
  Effect.flatMap(answer, (given) => {
    if (!("_tag" in given)) return Effect.succeed(given as Exclude<A, Refused>)
    if (given._tag === "InvalidRequest") return Effect.fail(WebhookWords.unknownEvents(idsIn(given) ?? given.error))
    return Effect.fail(given._tag === "WebhookBusy" ? WebhookWords.busy(name) : WebhookWords.unknown(name))
  })

const otherRelease = CommandFailed.unreachable("the answer is none that this release knows: is it another one?")

const whatOf = (selected: Selected) => {
  switch (selected._tag) {
    case "Ids":
      return { ids: selected.ids }
    case "Dead":
      return { dead: true as const }
    case "Times": {
      const { from, until } = selected
      return { from: Moment.isoOf(from), ...(until === undefined ? {} : { until: Moment.isoOf(until) }) }
    }
  }
}

const isKnown = ({ outcome }: Outcome): boolean => outcome !== "pending"

const test = ({ change, client, read }: RemoteCall): WebhookCalls["test"] =>
  Effect.fnUntraced(function*(name, author) {
    const reason = yield* Remote.reasonIn(author)
    const payload = reason === undefined ? {} : { reason }
    const ask = client.webhooks.webhookTest({ params: { name }, payload })
    const sent: Outcome = yield* granted(name, change(Effect.catchTags(ask, REFUSED)))
    if (isKnown(sent)) return sent
    const look = read(client.webhooks.webhookTestOutcome({ params: { name, id: sent.id } }))
    return yield* WebhookTest.settled(sent, Effect.map(look, Option.some<Outcome>), isKnown, OUTCOME_WITHIN)
  })

const deliveries = ({ client, read }: RemoteCall): WebhookCalls["deliveries"] => (name, state, { cursor, limit }) => {
  const query = {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(state === undefined ? {} : { dead: state === "dead" ? "true" as const : "false" as const })
  }
  const ask = client.webhooks.deliveries({ params: { name }, query })
  return Effect.map(granted(name, read(Effect.catchTags(ask, UNKNOWN))), ({ deliveries, next }) => ({
    entries: deliveries,
    next: next === undefined ? undefined : ArchiveCursor.make(next)
  }))
}

/** Of a replay that is only counted the reason is of no account, and the API wants one. */
const COUNTED = { dry_run: true, reason: "a look" }

const count = ({ client, read }: RemoteCall): WebhookCalls["count"] =>
  Effect.fnUntraced(function*(name, selected) {
    const payload = { ...whatOf(selected), ...COUNTED }
    const ask = client.webhooks.webhookReplay({ params: { name }, headers: {}, payload })
    const counted = yield* granted(name, read(Effect.catchTags(ask, OF_REPLAY)))
    return "dry_run" in counted ? counted satisfies Counted : yield* otherRelease
  })

/** Sent again, as its answer was lost, it is the same replay. */
const replay = ({ changeOnce, client }: RemoteCall): WebhookCalls["replay"] =>
  Effect.fnUntraced(function*(name, selected, author) {
    const payload = { ...whatOf(selected), reason: yield* Remote.reasonOf(author) }
    const ask = (key: string) =>
      client.webhooks.webhookReplay({ params: { name }, headers: { "idempotency-key": key }, payload })
    const queued = yield* granted(name, changeOnce((key) => Effect.catchTags(ask(key), OF_REPLAY)))
    return "dry_run" in queued ? yield* otherRelease : queued.id
  })

const enable = ({ change, client }: RemoteCall): WebhookCalls["enable"] =>
  Effect.fnUntraced(function*(name, author) {
    const ask = client.webhooks.webhookEnable({ params: { name }, payload: { reason: yield* Remote.reasonOf(author) } })
    return yield* granted(name, change(Effect.catchTags(ask, UNKNOWN)))
  })

export const calls = (call: RemoteCall): WebhookCalls => {
  const { client, read } = call
  return {
    list: Effect.map(read(client.webhooks.webhooks({})), ({ webhooks }) => webhooks),
    one: (name) => granted(name, read(Effect.catchTags(client.webhooks.webhook({ params: { name } }), UNKNOWN))),
    deliveries: deliveries(call),
    test: test(call),
    count: count(call),
    replay: replay(call),
    enable: enable(call)
  }
}
