/**
 * Fields that an order's body has twice: readers of JSON take one of them, and not all the same one, so that what a
 * proxy or a log has seen need not be what is bought. Pure.
 *
 * **Details**: an order that is as it should be has as many colons as fields and names of metadata, which costs next to
 * nothing to know. Only a body with more is read again.
 */
import type { InvalidRequest } from "@flash-sale/domain/api/Errors"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import * as Json from "@flash-sale/domain/records/wire/Json"
import * as Refusals from "./Refusals.ts"

/** Every field that a body may have which is read. */
const FIELDS: ReadonlySet<string> = new Set([
  "request_id",
  "user_id",
  "item_id",
  "amount",
  "payment_token",
  "hold_seconds",
  "metadata",
  "reference"
])
/** The field of which every name is read. */
const OF_NAMES = "metadata"

const colons = (text: string): number => {
  let found = 0
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) found++
  return found
}

/** A string, with the colon behind it where it is a name; or where an object or an array begins or ends. */
const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/g

/** Of a body that is JSON, the first field of ours that is there again, at its top, or that has a name again. */
const repeated = (text: string): string | undefined => {
  const [seen, names] = [new Set<string>(), new Set<string>()]
  let depth = 0
  let field = ""
  for (const [token, string = "", colon] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++
    else if (token === "}" || token === "]") depth--
    else if (depth === 1 && colon !== undefined) {
      field = String(Json.parse(`"${string}"`))
      if (FIELDS.has(field) && seen.has(field)) return field
      seen.add(field)
    } else if (depth === 2 && colon !== undefined && field === OF_NAMES) {
      const name = String(Json.parse(`"${string}"`))
      if (names.has(name)) return `${OF_NAMES}.${name}`
      names.add(name)
    }
  }
  return undefined
}

/** The field of which there are two in this text, of which so many fields were read; undefined where there is none. */
export const find = (text: string, fields: number): string | undefined =>
  colons(text) === fields ? undefined : repeated(text)

/** The answer to a body that has this field twice. */
export const refusal = (correlation_id: CorrelationId, field: string): InvalidRequest =>
  Refusals.invalidField(correlation_id, field, "is there twice")
