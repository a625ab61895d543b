/** An OpenAPI document as plain JSON, and the two ways of walking it. Pure. */

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

/** Those parts of a document that are changed here. Paths to methods to operations; statuses to answers. */
export interface Spec extends JsonObject {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: JsonObject & { readonly schemas: Readonly<Record<string, JsonObject>> }
}
export interface Operation extends JsonObject {
  readonly responses: Readonly<Record<string, Answer>>
}
export interface Answer extends JsonObject {
  readonly description: string
  readonly headers?: Readonly<Record<string, JsonObject>>
  readonly content?: Readonly<Record<string, JsonObject>>
}

const SCHEMAS = "#/components/schemas/"

/** A reference to the schema of this name. */
export const refTo = (name: string): JsonObject => ({ $ref: `${SCHEMAS}${name}` })

/** The name of the schema that an object refers to; undefined where it is no such reference. */
export const nameOf = ({ $ref }: JsonObject): string | undefined =>
  typeof $ref === "string" && $ref.startsWith(SCHEMAS) ? $ref.slice(SCHEMAS.length) : undefined

export const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** Rewrites every object in `json`, those inside of it first. */
export const mapObjects = (json: Json, change: (object: JsonObject) => JsonObject): Json => {
  if (Array.isArray(json)) return json.map((part: Json) => mapObjects(part, change))
  if (!isObject(json)) return json
  const parts = Object.entries(json).flatMap(([name, part]) =>
    part === undefined ? [] : [[name, mapObjects(part, change)] as const]
  )
  return change(Object.fromEntries(parts))
}

export const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A, name: string) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))

/** Rewrites the answers of every operation. */
export const mapAnswers = (
  spec: Spec,
  change: (answers: Operation["responses"]) => Operation["responses"]
): Spec => ({
  ...spec,
  paths: mapValues(
    spec.paths,
    (methods) => mapValues(methods, (operation) => ({ ...operation, responses: change(operation.responses) }))
  )
})
