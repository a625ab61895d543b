/** The answers to requests that do not fit their schema, through the framework as on the hot route. */
import { RequestErrors } from "@flash-sale/domain/api/RequestErrors"
import { Effect, Layer } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { RequestContext } from "../request/RequestContext.ts"
import * as Validation from "../request/Validation.ts"
import { RefusalCounts } from "./RefusalCounts.ts"

export const layer: Layer.Layer<RequestErrors, never, RefusalCounts> = Layer.unwrap(
  Effect.map(RefusalCounts, ({ refused }) =>
    HttpApiMiddleware.layerSchemaErrorTransform(
      RequestErrors,
      (error, { endpoint }) =>
        Effect.gen(function*() {
          // Our own answer could not be encoded: a bug.
          if (error.kind === "Body" || error.kind === "ResponseHeaders") return yield* Effect.die(error)
          const request = yield* RequestContext
          const refusal = Validation.refusal(request.correlationId, error.cause.issue)
          refused(request, endpoint.identifier, refusal.code)
          return yield* refusal
        })
    ))
)
