/** The headers of refusals that the framework writes: as on the hot route. */
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import * as RefusalAnswers from "../answers/RefusalAnswers.ts"

/** Adds these to the answer of the request that is being served. */
export const withHeaders = (headers: Readonly<Record<string, string>>) =>
  HttpEffect.appendPreResponseHandler((_, response) => Effect.succeed(HttpServerResponse.setHeaders(response, headers)))

/** Adds `Retry-After` to every refusal that has a time, and `WWW-Authenticate` to a 401. */
export const withRetryAfter = <A, E extends object, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tapError(effect, (error) => withHeaders(RefusalAnswers.headersOf(error)))
