/** What goes wrong with webhooks, as the API answers it; and how long anything behind an endpoint may take. */
import { UnknownWebhook, WebhookBusy } from "@flash-sale/domain/api/admin/webhooks/WebhookErrors"
import type { InvalidRequest, Unavailable } from "@flash-sale/domain/api/Errors"
import type { NoArchive } from "@flash-sale/domain/api/lists/ArchiveErrors"
import type { ArchiveError } from "@flash-sale/domain/ports/Archive"
import type { TooManyAsked, UnknownEndpoint, UnknownEvents } from "@flash-sale/domain/ports/Webhooks"
import * as Refusals from "@flash-sale/gateway/request/Refusals"
import { refuse } from "@flash-sale/gateway/request/RequestContext"
import * as WebhookReplay from "@flash-sale/operations/webhooks/WebhookReplay"
import { Effect } from "effect"
import * as ArchiveFailures from "../archive/ArchiveFailures.ts"
import * as Failures from "../request/Failures.ts"

const unknown = () => refuse((correlationId) => new UnknownWebhook({ correlation_id: correlationId }))
const busy = () => refuse((correlationId) => new WebhookBusy({ correlation_id: correlationId }))

type Known = ArchiveError | UnknownEndpoint

/** What was found, in time: else 503. */
export const bounded = <A, E, R>(question: Effect.Effect<A, E | Known, R>) =>
  Effect.catchTag(
    ArchiveFailures.bounded<A, UnknownEndpoint, R>(question as Effect.Effect<A, Known, R>),
    "UnknownEndpoint",
    unknown
  ) as Effect.Effect<A, Exclude<E, Known> | UnknownWebhook | NoArchive | Unavailable, R>

/** Refuses what is too much at once. */
export const orBusy = <A, E, R>(asked: Effect.Effect<A, E | TooManyAsked, R>) =>
  Effect.catchTag(asked as Effect.Effect<A, TooManyAsked, R>, "TooManyAsked", busy) as Effect.Effect<
    A,
    Exclude<E, TooManyAsked> | WebhookBusy,
    R
  >

/** Refuses events that nobody knows. */
export const orUnknownEvents = <A, E, R>(asked: Effect.Effect<A, E | UnknownEvents, R>) =>
  Effect.catchTag(
    asked as Effect.Effect<A, UnknownEvents, R>,
    "UnknownEvents",
    (error) =>
      refuse((correlationId) => Refusals.invalidField(correlationId, "ids", WebhookReplay.unknownEvents(error)))
  ) as Effect.Effect<A, Exclude<E, UnknownEvents> | InvalidRequest, R>

/** What was asked for. Where no answer comes in time nobody knows whether it is: 503 `outcome_unknown`. */
export const boundedChange = <A, E, R>(change: Effect.Effect<A, E | Known, R>) =>
  Effect.catchTags(Failures.boundedAppend(change) as Effect.Effect<A, Known | Unavailable, R>, {
    UnknownEndpoint: unknown,
    NoArchive: () => ArchiveFailures.noArchive,
    ArchiveUnavailable: () => Failures.unavailable("outcome_unknown")
  }) as Effect.Effect<A, Exclude<E, Known> | UnknownWebhook | NoArchive | Unavailable, R>
