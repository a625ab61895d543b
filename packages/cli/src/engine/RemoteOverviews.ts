/**
 * The overview each second, through the admin API.
 *
 * **Details**: the typed client takes the `retry:` of the stream's head for the stream's end, as a browser's
 * `EventSource` that is to connect again. So its events are read here.
 */
import { OverviewNow } from "@flash-sale/domain/api/admin/AdminOverview"
import { Effect, Schema, Stream } from "effect"
import { Sse } from "effect/encoding"
import type { HttpClientResponse } from "effect/http"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import type { Overview } from "./Engine.ts"
import type { RemoteCall } from "./RemoteCall.ts"
import * as RemoteWords from "./RemoteWords.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(OverviewNow))

const failedOf = (error: unknown) => Effect.flatMap(RemoteWords.judge(error), ({ failed }) => Effect.fail(failed))

/** The data of the events that a text completes. Fails where an event has no end. */
const parser = () => {
  let found: Array<string> = []
  const { feed } = Sse.makeParser((event) => {
    if (event._tag === "Event") found.push(event.data)
  })
  return (text: string): Effect.Effect<ReadonlyArray<string>, Sse.SseError> =>
    Effect.suspend(() => {
      found = []
      const wrong = feed(text)
      return wrong === undefined ? Effect.succeed(found) : Effect.fail(wrong)
    })
}

const eventsOf = (
  response: HttpClientResponse.HttpClientResponse
): Stream.Stream<Overview, CommandFailed.CommandFailed> => {
  const dataOf = parser()
  return response.stream.pipe(
    Stream.decodeText,
    Stream.mapEffect(dataOf),
    Stream.flatMap(Stream.fromIterable),
    Stream.mapEffect((data) => decode(data)),
    Stream.catch((error: unknown) => Stream.fromEffect(failedOf(error)))
  )
}

/** A stream that ends has been ended by the engine: it shuts down. */
export const stream = ({ client, read }: RemoteCall): Stream.Stream<Overview, CommandFailed.CommandFailed> =>
  read(client.overview.overviewEvents({ responseMode: "response-only" })).pipe(
    Effect.flatMap((response) =>
      response.status === 200
        ? Effect.succeed(eventsOf(response))
        : Effect.flatMap(RemoteWords.ofResponse(response), ({ failed }) => Effect.fail(failed))
    ),
    Stream.unwrap,
    Stream.concat(Stream.fail(CommandFailed.unreachable("the engine has ended the stream")))
  )
