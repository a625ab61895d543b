/**
 * Adds the headers of each answer, and says what each is. Which answer has which follows from its body: one with
 * `retry_after_seconds` has `Retry-After`, one with `remaining_requests` those of the rate limit. 401 has
 * `WWW-Authenticate`. Pure.
 */
import { type Answer, isObject, type JsonObject, mapAnswers, mapValues, nameOf, type Spec } from "./Spec.ts"

const text = (description: string, example: string): JsonObject => ({
  description,
  schema: { type: "string" },
  example
})

/** By their names in small letters, as they are on the wire. */
const HEADERS: Readonly<Record<string, JsonObject>> = {
  "x-correlation-id": text(
    "Finds this request in logs and traces: the request's own, where that is 1 to 128 of A-Z a-z 0-9 _ . : -",
    "6f1c1d0e-6f0a-4a5e-9f0e-0a4a1c1b2d3e"
  ),
  "retry-after": {
    description: "Whole seconds until it is worth trying again",
    schema: { type: "integer", minimum: 0 },
    example: 30
  },
  "www-authenticate": text("How a request proves who sends it (RFC 6750)", "Bearer realm=\"flash-sale\""),
  "location": text("The path of the order's status", "/orders/r-1"),
  "preference-applied": text("`wait`, where the answer has waited as the request preferred (RFC 7240)", "wait"),
  "ratelimit-policy": text("How many orders of a user a window takes, and its seconds", "\"user\";q=60;w=60"),
  "ratelimit": text("How many are left in this window, and after how many seconds there are more", "\"user\";r=59")
}

/** Each header comes with these, where the body has this field. */
const BY_FIELD = {
  retry_after_seconds: ["retry-after"],
  remaining_requests: ["ratelimit-policy", "ratelimit"]
}

/** The schemas of objects that an answer may have as its body. */
const bodiesOf = (spec: Spec, { content = {} }: Answer): ReadonlyArray<JsonObject> => {
  const resolve = (schema: JsonObject): ReadonlyArray<JsonObject> => {
    const name = nameOf(schema)
    if (name !== undefined) return resolve(spec.components.schemas[name] ?? {})
    const { anyOf } = schema
    return Array.isArray(anyOf) ? anyOf.filter(isObject).flatMap(resolve) : [schema]
  }
  return Object.values(content).flatMap(({ schema }) => isObject(schema) ? resolve(schema) : [])
}

const hasField = (field: string) => ({ properties }: JsonObject) => isObject(properties) && field in properties
const needsField = (field: string) => ({ required }: JsonObject) => Array.isArray(required) && required.includes(field)

/** Each answer of this status comes with these. */
const BY_STATUS: Readonly<Record<string, Readonly<Record<string, JsonObject>>>> = {
  401: { "www-authenticate": { required: true } }
}

const headersOf = (spec: Spec, answer: Answer, status: string): Readonly<Record<string, JsonObject>> => {
  const bodies = bodiesOf(spec, answer)
  const ofFields = Object.entries(BY_FIELD).flatMap(([field, names]) =>
    bodies.some(hasField(field))
      ? names.map((name) => [name, { required: bodies.every(needsField(field)) }] as const)
      : []
  )
  const declared = {
    ...answer.headers,
    ...Object.fromEntries(ofFields),
    ...BY_STATUS[status],
    "x-correlation-id": { required: true }
  }
  return mapValues<JsonObject, JsonObject>(declared, (header, name) => {
    const about = HEADERS[name]
    if (about === undefined) throw new Error(`the document does not say what the header ${name} is`)
    return { ...header, ...about }
  })
}

export const amend = (spec: Spec): Spec =>
  mapAnswers(
    spec,
    (answers) => mapValues(answers, (answer, status) => ({ ...answer, headers: headersOf(spec, answer, status) }))
  )
