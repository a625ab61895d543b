/** Server-sent events as bytes, and the answer that carries them. */
import type { UnavailableCode } from "@flash-sale/domain/api/Errors"
import { Effect, Random, Stream } from "effect"
import { HttpServerResponse } from "effect/http"

/** The longest silence: proxies take a connection that is silent for longer for dead. */
export const HEARTBEAT = "15 seconds"
/** A comment, which clients ignore. */
export const heartbeat = ": still here\n\n"

/** When a client reconnects that was cut off, in milliseconds: not all of them at once after a restart. */
const RETRY_MIN = 1_000
const RETRY_MAX = 5_000

/** The longest `Last-Event-ID` that is read, in characters: ours are shorter. */
const MAX_ID = 64

/** One event; `data` is encoded JSON, which has no line breaks. */
export const event = (name: "snapshot" | "change" | "unavailable", id: string | undefined, data: string): string =>
  `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`

/**
 * What a stream says that goes on while what it is about cannot be read. A snapshot follows as soon as it can be.
 */
export const unavailable = (code: UnavailableCode): string => event("unavailable", undefined, JSON.stringify({ code }))

/** The value of `Last-Event-ID`, where it can be one of ours. */
export const lastEventId = (header: string | undefined): string | undefined =>
  header !== undefined && header !== "" && header.length <= MAX_ID ? header : undefined

/** The answer after the last event: an `EventSource` does not reconnect after it. */
export const nothingMore = HttpServerResponse.empty({ status: 204, headers: { "cache-control": "no-cache" } })

/** The answer that sends `first` and goes on with `rest`. */
export const response = (
  first: string,
  rest: Stream.Stream<string>
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.map(
    Random.nextIntBetween(RETRY_MIN, RETRY_MAX),
    (retry) =>
      HttpServerResponse.stream(Stream.encodeText(Stream.concat(Stream.make(`retry: ${retry}\n${first}\n`), rest)), {
        contentType: "text/event-stream",
        headers: { "cache-control": "no-cache", "x-accel-buffering": "no" }
      })
  )
