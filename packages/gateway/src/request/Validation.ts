/** Requests that do not fit their schema: which fields are wrong, and why. */
import { InvalidRequest } from "@flash-sale/domain/api/Errors"
import { RequestErrors } from "@flash-sale/domain/api/RequestErrors"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Effect, Layer, SchemaAST, SchemaIssue } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { BuyTelemetry } from "./BuyTelemetry.ts"
import { RequestContext } from "./RequestContext.ts"

/** What fields there are, for whoever has misspelt one. */
const unknownField = (ast: SchemaAST.AST): string => {
  const known = SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []
  return known.length === 0 ? "unknown field" : `unknown field; known are ${known.join(", ")}`
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "MissingKey":
        return "is required"
      case "InvalidType":
        return `must be a ${SchemaAST.isNumber(issue.ast) ? "number" : "string"}`
      case "UnexpectedKey":
        return unknownField(issue.ast)
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  }
})

/** The fields that are wrong, under their names on the wire. Empty where the body is no object at all. */
const fieldErrors = (issue: SchemaIssue.Issue) =>
  issuesOf(issue).issues
    .map(({ message, path = [] }) => ({
      field: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
      message
    }))
    .filter(({ field }) => field !== "")

/** The answer to a request with this issue. */
export const refusal = (correlation_id: CorrelationId, issue: SchemaIssue.Issue): InvalidRequest => {
  const errors = fieldErrors(issue)
  return new InvalidRequest(
    errors.length === 0
      ? { error: "Invalid request body", code: "invalid_body", correlation_id }
      : { error: "Validation failed", code: "validation_failed", correlation_id, errors }
  )
}

export const layer: Layer.Layer<RequestErrors, never, BuyTelemetry> = Layer.unwrap(
  Effect.map(BuyTelemetry, (telemetry) =>
    HttpApiMiddleware.layerSchemaErrorTransform(
      RequestErrors,
      (error, { endpoint }) =>
        Effect.gen(function*() {
          // Our own answer could not be encoded: a bug.
          if (error.kind === "Body" || error.kind === "ResponseHeaders") return yield* Effect.die(error)
          const request = yield* RequestContext
          const refused = refusal(request.correlationId, error.cause.issue)
          if (endpoint.identifier === "buy") telemetry.refused(request, refused.code)
          return yield* refused
        })
    ))
)
