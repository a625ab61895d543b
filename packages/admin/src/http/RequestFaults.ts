/** Requests of the admin API that do not fit their schema: which fields are wrong, and why. */
import { RequestErrors } from "@flash-sale/domain/api/RequestErrors"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as Validation from "@flash-sale/gateway/request/Validation"
import { Effect, type Layer } from "effect"
import { HttpApiMiddleware } from "effect/http-api"

export const layer: Layer.Layer<RequestErrors> = HttpApiMiddleware.layerSchemaErrorTransform(
  RequestErrors,
  (error) =>
    Effect.gen(function*() {
      // Our own answer could not be encoded: a bug.
      if (error.kind === "Body" || error.kind === "ResponseHeaders") return yield* Effect.die(error)
      const { correlationId } = yield* RequestContext
      return yield* Validation.refusal(correlationId, error.cause.issue)
    })
)
