/** Webhooks of the engine whose stores the command reaches: out of its archive's database. */
import type { ArchiveError, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { TooManyAsked, UnknownEndpoint, UnknownEvents } from "@flash-sale/domain/ports/Webhooks"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import * as WebhookList from "@flash-sale/operations/webhooks/WebhookList"
import * as WebhookReplay from "@flash-sale/operations/webhooks/WebhookReplay"
import * as WebhookTest from "@flash-sale/operations/webhooks/WebhookTest"
import * as WebhookViews from "@flash-sale/operations/webhooks/WebhookViews"
import { Effect } from "effect"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as OperatorFlags from "../../terminal/OperatorFlags.ts"
import * as Target from "../../terminal/Target.ts"
import { OUTCOME_WITHIN, type WebhookCalls } from "./WebhookCalls.ts"
import * as WebhookWords from "./WebhookWords.ts"

const notKnown = (error: UnknownEvents) => Effect.fail(WebhookWords.unknownEvents(WebhookReplay.unknownEvents(error)))

/** What is read: it fails as commands do. */
const found = <A>(question: Effect.Effect<A, ArchiveError | UnknownEndpoint | UnknownEvents>) =>
  Target.bounded(question).pipe(
    Effect.catchTags({
      UnknownEndpoint: ({ name }) => Effect.fail(WebhookWords.unknown(name)),
      UnknownEvents: notKnown
    }),
    Effect.mapError(CommandFailed.from)
  )

const lost = ({ detail }: ArchiveUnavailable) =>
  Effect.fail(CommandFailed.unknown(`nobody knows whether it was recorded: ${detail}; look before trying again`))

/** What is asked for: an archive that fails from then on may have it, or not. */
const asked = <A>(
  name: EndpointName,
  change: Effect.Effect<A, ArchiveError | UnknownEndpoint | UnknownEvents | TooManyAsked>
) =>
  Effect.andThen(
    found(WebhookList.find(name)),
    Target.boundedAppend(change).pipe(
      Effect.catchTags({
        UnknownEndpoint: () => Effect.fail(WebhookWords.unknown(name)),
        UnknownEvents: notKnown,
        TooManyAsked: () => Effect.fail(WebhookWords.busy(name)),
        ArchiveUnavailable: lost
      }),
      Effect.mapError(CommandFailed.from)
    )
  )

const test: WebhookCalls["test"] = (name, author) =>
  Effect.gen(function*() {
    const operator = yield* OperatorFlags.operator(author)
    const sent = yield* asked(name, WebhookTest.ask(name, operator))
    const look = found(WebhookTest.outcome(name, sent.id))
    return WebhookViews.testOf(yield* WebhookTest.settled(sent, look, WebhookTest.isKnown, OUTCOME_WITHIN))
  })

/** How questions are asked: where the archive is. */
type Asking = <A>(
  question: Effect.Effect<A, CommandFailed.CommandFailed>
) => Effect.Effect<A, CommandFailed.CommandFailed>

export const callsBy = (asking: Asking): WebhookCalls => ({
  list: asking(Effect.map(found(WebhookList.list), (endpoints) => endpoints.map(WebhookViews.rowOf))),
  one: (name) =>
    asking(Effect.map(
      found(WebhookList.details(name)),
      ({ endpoint, replays }) => WebhookViews.detailsOf(endpoint, replays)
    )),
  deliveries: (name, state, { cursor, limit }) =>
    asking(Effect.map(
      found(WebhookList.deliveries(name, state, cursor, limit)),
      ({ entries, next }) => ({ entries: entries.map(WebhookViews.deliveryOf), next })
    )),
  test: (...args) => asking(test(...args)),
  count: (name, selected) => asking(found(WebhookReplay.count(name, selected))),
  replay: (name, selected, author) =>
    asking(Effect.flatMap(
      OperatorFlags.operator(author),
      (operator) => asked(name, WebhookReplay.ask(name, selected, operator, undefined))
    )),
  enable: (name, author) =>
    asking(Effect.flatMap(
      OperatorFlags.operator(author),
      (operator) => Effect.map(asked(name, WebhookReplay.enable(name, operator)), WebhookViews.rowOf)
    ))
})
