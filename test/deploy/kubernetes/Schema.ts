/**
 * Checks objects against the schemas of Kubernetes and of custom resources, as far as those use them: types, fields
 * that are required, fields that nobody knows (which a server would drop in silence), enumerations, patterns and
 * bounds.
 */
import { readFileSync } from "node:fs"

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly required?: ReadonlyArray<string>
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly "x-kubernetes-int-or-string"?: boolean
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean
}

const { definitions, kinds }: {
  readonly kinds: Readonly<Record<string, Schema>>
  readonly definitions: Readonly<Record<string, Schema>>
} = JSON.parse(readFileSync(new URL("./schema.json", import.meta.url), "utf8"))

const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
const QUANTITY_PATTERN = /^[+-]?\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return "array"
  if (value === null) return "null"
  return Number.isInteger(value) ? "integer" : typeof value
}

const isOfType = (type: string, value: unknown): boolean =>
  typeOf(value) === type || (type === "number" && typeof value === "number")

/** What is wrong with a value, each with where it is. */
const problems = (schema: Schema, value: unknown, path: string): ReadonlyArray<string> => {
  const name = schema.$ref?.replace("#/definitions/", "")
  if (name === QUANTITY) return QUANTITY_PATTERN.test(String(value)) ? [] : [`${path}: ${value} is no quantity`]
  if (name !== undefined) {
    const known = definitions[name]
    if (known === undefined) throw new Error(`the schema has no ${name}`)
    return problems(known, value, path)
  }
  if (schema["x-kubernetes-int-or-string"] === true || schema.format === "int-or-string") {
    return ["integer", "string"].includes(typeOf(value)) ? [] : [`${path}: is neither whole number nor text`]
  }
  if (schema.type !== undefined && !isOfType(schema.type, value)) {
    return [`${path}: is ${typeOf(value)}, not ${schema.type}`]
  }
  if (Array.isArray(value)) return ofArray(schema, value, path)
  if (typeof value === "object" && value !== null) return ofObject(schema, { ...value }, path)
  return ofScalar(schema, value, path)
}

const ofScalar = (schema: Schema, value: unknown, path: string): ReadonlyArray<string> => [
  ...(schema.enum === undefined || schema.enum.includes(value) ? [] : [`${path}: ${value} is none of ${schema.enum}`]),
  ...(typeof value === "string" && schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)
    ? [`${path}: ${value} does not match ${schema.pattern}`]
    : []),
  ...(typeof value === "string" && value.length < (schema.minLength ?? 0) ? [`${path}: is too short`] : []),
  ...(typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))
    ? [`${path}: ${value} is out of bounds`]
    : [])
]

const ofArray = (schema: Schema, values: ReadonlyArray<unknown>, path: string): ReadonlyArray<string> => [
  ...(values.length < (schema.minItems ?? 0) ? [`${path}: has too few elements`] : []),
  ...values.flatMap((value, index) =>
    schema.items === undefined ? [] : problems(schema.items, value, `${path}[${index}]`)
  )
]

const ofObject = (schema: Schema, value: Readonly<Record<string, unknown>>, path: string): ReadonlyArray<string> => {
  const { additionalProperties, properties = {}, required = [] } = schema
  const isOpen = additionalProperties === true || schema["x-kubernetes-preserve-unknown-fields"] === true ||
    (schema.properties === undefined && additionalProperties === undefined)
  return [
    ...required.filter((key) => value[key] === undefined).map((key) => `${path}: lacks ${key}`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const known = properties[key] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined)
      if (known !== undefined) return problems(known, inner, `${path}.${key}`)
      return isOpen ? [] : [`${path}: has no field ${key}`]
    })
  ]
}

/** An object as a manifest has it. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
}

/** What is wrong with an object, by the schema of its kind. */
export const check = (object: KubernetesObject): ReadonlyArray<string> => {
  const schema = kinds[`${object.apiVersion}/${object.kind}`]
  return schema === undefined
    ? [`no schema of ${object.apiVersion} ${object.kind}: see scripts/kubernetes-schema.ts`]
    : problems(schema, object, object.kind)
}
