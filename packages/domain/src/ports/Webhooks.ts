/**
 * What operators ask of webhooks. Everything goes through the archive's database: whoever asks needs neither the
 * secrets nor the network of the endpoints. docs/decisions/0052-webhooks.md
 */
import { Context, Effect, Option, Schema } from "effect"
import type { ArchiveCursor, Page } from "../archive/Questions.ts"
import type { Operator } from "../records/operator/Operator.ts"
import { EndpointName } from "../webhooks/Endpoint.ts"
import type {
  DeliveryFilter,
  EndpointStanding,
  ReplayCount,
  Replayed,
  ReplayStanding,
  TestOutcome,
  WebhookDelivery
} from "../webhooks/Standing.ts"
import { type ArchiveError, NoArchive } from "./Archive.ts"

/** Nobody knows an endpoint of this name: no process of webhooks has read it from its file. */
export class UnknownEndpoint extends Schema.TaggedError<UnknownEndpoint>()("UnknownEndpoint", {
  name: EndpointName
}) {}

/** Nothing is archived under these ids: nothing was done. */
export class UnknownEvents extends Schema.TaggedError<UnknownEvents>()("UnknownEvents", {
  ids: Schema.Array(Schema.String)
}) {}

/** The most replays of one endpoint that are not done. */
export const MAX_REPLAYS = 10

/** It is asked for too much at once: try again when what was asked for is done. */
export class TooManyAsked extends Schema.TaggedError<TooManyAsked>()("TooManyAsked", {
  detail: Schema.String
}) {}

export class Webhooks extends Context.Service<Webhooks, {
  /** Every endpoint that is in the file, or was until it was forgotten, by name. */
  readonly list: Effect.Effect<ReadonlyArray<EndpointStanding>, ArchiveError>
  /** Deliveries that wait or are dead, newest first; `limit` is at most `MAX_PAGE`. */
  readonly deliveries: (
    filter: DeliveryFilter,
    from: ArchiveCursor | undefined,
    limit: number
  ) => Effect.Effect<Page<WebhookDelivery>, ArchiveError>
  /**
   * Asks for a test event (`webhook.test`), sent once by whoever holds the endpoint. Its id is for `outcome`. `now` is
   * in milliseconds since 1970 (UTC), `id` is `test-` and a UUID: the caller makes both. What is asked for, here and
   * below, is among the changes by hand (`Archive.audit`) from the same moment on.
   */
  readonly test: (
    endpoint: EndpointName,
    id: string,
    operator: Operator,
    now: number
  ) => Effect.Effect<void, ArchiveError | UnknownEndpoint | TooManyAsked>
  /** What became of a test event; undefined where there is none of this id. Kept for the last thousand. */
  readonly outcome: (testId: string) => Effect.Effect<TestOutcome | undefined, ArchiveError>
  /**
   * Asks for events to be sent again, in the background. Gives the number of the replay. Asked again under a `key`, of
   * up to 64 characters, it is the replay of before with its number; undefined is another replay each time.
   */
  readonly replay: (
    endpoint: EndpointName,
    replayed: Replayed,
    operator: Operator,
    now: number,
    key: string | undefined
  ) => Effect.Effect<number, ArchiveError | UnknownEndpoint | UnknownEvents | TooManyAsked>
  /**
   * How many events a replay would send now, as far as that is cheap to know. By times:
   * among the last `MAX_COUNTED` entries of the archive, from the last one back to those that are older. Changes
   * nothing.
   */
  readonly count: (
    endpoint: EndpointName,
    replayed: Replayed
  ) => Effect.Effect<ReplayCount, ArchiveError | UnknownEndpoint | UnknownEvents>
  /** The replays of an endpoint, newest first, at most a hundred. */
  readonly replays: (endpoint: EndpointName) => Effect.Effect<ReadonlyArray<ReplayStanding>, ArchiveError>
  /**
   * Takes back that an endpoint is gone (410). Its deliveries that wait are due at once. Does nothing where it is not
   * gone; what the file disables stays so.
   */
  readonly enable: (
    endpoint: EndpointName,
    operator: Operator,
    now: number
  ) => Effect.Effect<void, ArchiveError | UnknownEndpoint>
}>()("@flash-sale/domain/ports/Webhooks") {}

const fails = Effect.suspend(() => Effect.fail(new NoArchive()))
/** An engine without an archive has no webhooks. */
export const none: Webhooks["Service"] = {
  list: fails,
  deliveries: () => fails,
  test: () => fails,
  outcome: () => fails,
  replay: () => fails,
  count: () => fails,
  replays: () => fails,
  enable: () => fails
}

/** Webhooks; without an adapter every question fails with `NoArchive`. */
export const optional: Effect.Effect<Webhooks["Service"]> = Effect.map(
  Effect.serviceOption(Webhooks),
  Option.getOrElse(() => none)
)
