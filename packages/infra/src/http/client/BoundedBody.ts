/** The body of an answer to one of the engine's own requests, with a bound. */
import { Effect, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"

/** Why there is no body: it is longer than may be, or its stream ended before it was whole. */
export type BodyFault = "TooLong" | "BrokenOff"

const tooLong: BodyFault = "TooLong"
const brokenOff: BodyFault = "BrokenOff"

/** The body as text. Reads it to its end, so that the connection can be used again, but at most `max` bytes. */
export const text = (response: HttpClientResponse.HttpClientResponse, max: number): Effect.Effect<string, BodyFault> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(response.stream, (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      return size > max ? Effect.fail(tooLong) : Effect.void
    }).pipe(
      Effect.mapError((error) => error === tooLong ? tooLong : brokenOff),
      Effect.map(() => Buffer.concat(chunks).toString("utf8"))
    )
  })
