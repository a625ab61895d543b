/** Requests of the admin API that do not fit their schema: which fields are wrong, and why. */
import { CurrentOperator } from "@flash-sale/domain/api/admin/Operators"
import { RequestErrors } from "@flash-sale/domain/api/RequestErrors"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as Validation from "@flash-sale/gateway/request/Validation"
import { Effect, type Layer, Option } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import * as Audit from "../request/Audit.ts"

export const layer: Layer.Layer<RequestErrors> = HttpApiMiddleware.layerSchemaErrorTransform(
  RequestErrors,
  (error, { endpoint }) =>
    Effect.gen(function*() {
      // Our own answer could not be encoded: a bug.
      if (error.kind === "Body" || error.kind === "ResponseHeaders") return yield* Effect.die(error)
      const { correlationId } = yield* RequestContext
      const refusal = Validation.refusal(correlationId, error.cause.issue)
      const operator = yield* Effect.serviceOption(CurrentOperator)
      if (Option.isSome(operator)) yield* Audit.refused(operator.value, endpoint, refusal.code)
      return yield* refusal
    })
)
