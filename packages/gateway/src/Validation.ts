/** Requests that do not fit their schema: which fields are wrong, and why. */
import { InvalidRequest } from "@flash-sale/domain/api/Errors"
import { RequestErrors } from "@flash-sale/domain/api/RequestErrors"
import { Effect, type Layer, SchemaAST, SchemaIssue } from "effect"
import { type HttpApiError, HttpApiMiddleware } from "effect/http-api"
import * as Accounts from "./Accounts.ts"
import { CurrentRequest } from "./CurrentRequest.ts"

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "MissingKey":
        return "is required"
      case "InvalidType":
        return `must be a ${SchemaAST.isNumber(issue.ast) ? "number" : "string"}`
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  }
})

/** The fields that are wrong, under their names on the wire. Empty where the body is no object at all. */
const fieldErrors = ({ cause }: HttpApiError.HttpApiSchemaError) =>
  issuesOf(cause.issue).issues
    .map(({ message, path = [] }) => ({
      field: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
      message
    }))
    .filter(({ field }) => field !== "")

const invalid = Effect.fnUntraced(function*(error: HttpApiError.HttpApiSchemaError) {
  // We could not encode our own answer: a bug.
  if (error.kind === "Body" || error.kind === "ResponseHeaders") return yield* Effect.die(error)
  const { correlationId } = yield* CurrentRequest
  const errors = fieldErrors(error)
  return new InvalidRequest(
    errors.length === 0
      ? { error: "Invalid request body", code: "invalid_body", correlation_id: correlationId }
      : { error: "Validation failed", code: "validation_failed", correlation_id: correlationId, errors }
  )
})

export const layer: Layer.Layer<RequestErrors> = HttpApiMiddleware.layerSchemaErrorTransform(
  RequestErrors,
  (error, { endpoint }) =>
    Effect.gen(function*() {
      const refusal = yield* invalid(error)
      if (endpoint.identifier === "buy") yield* Accounts.refused(refusal.code)
      return yield* refusal
    })
)
