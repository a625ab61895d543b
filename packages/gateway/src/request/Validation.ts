/** Requests that do not fit their schema: which fields are wrong, and why. */
import { InvalidRequest } from "@flash-sale/domain/api/Errors"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { SchemaAST, SchemaIssue } from "effect"

/** What fields there are, for whoever has misspelt one. */
const unknownField = (ast: SchemaAST.AST): string => {
  const known = SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []
  return known.length === 0 ? "unknown field" : `unknown field; known are ${known.join(", ")}`
}

const kindOf = (ast: SchemaAST.AST): string => {
  if (SchemaAST.isNumber(ast)) return "a number"
  if (SchemaAST.isBoolean(ast)) return "true or false"
  if (SchemaAST.isArrays(ast)) return "a list"
  return SchemaAST.isObjects(ast) ? "an object" : "a string"
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "MissingKey":
        return "is required"
      case "InvalidType":
        return `must be ${kindOf(issue.ast)}`
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
