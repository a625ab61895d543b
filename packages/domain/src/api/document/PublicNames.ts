/**
 * Gives schemas the names under which clients know them: without the framework's suffix, and without its own schemas.
 *
 * **Details**: the framework writes `XEncoded` for what is on the wire where a value in memory is another. Where both
 * are in the document the second is the JSON text of the first, and is written out at its places. Pure.
 */
import { type JsonObject, mapObjects, nameOf, refTo, type Spec } from "./Spec.ts"

const SUFFIX = /Encoded$/
/** What the framework's own client reads of a stream. */
const INTERNAL = "x-effect-stream"

const publicNameOf = (name: string): string => name.replace(SUFFIX, "")

export const amend = (spec: Spec): Spec => {
  const { schemas } = spec.components
  const isText = (name: string): boolean => SUFFIX.test(name) && publicNameOf(name) in schemas
  const rename = (object: JsonObject): JsonObject => {
    const { [INTERNAL]: _, ...rest } = object
    const name = nameOf(rest)
    if (name === undefined) return rest
    return isText(name) ? { ...schemas[name] } : refTo(publicNameOf(name))
  }
  const kept = Object.entries(schemas).flatMap(([name, schema]) =>
    isText(name) ? [] : [[publicNameOf(name), schema] as const]
  )
  const components = { ...spec.components, schemas: Object.fromEntries(kept) }
  return mapObjects({ ...spec, components }, rename) as Spec
}
