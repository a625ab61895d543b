/**
 * Fields that an order's body has twice: readers of JSON take one of them, and not all the same one, so that what a
 * proxy or a log has seen need not be what is bought. Pure.
 *
 * **Details**: an order that is as it should be has as many colons as fields, which costs next to nothing to know. Only
 * a body with more is read again.
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
  "reference"
])

const colons = (text: string): number => {
  let found = 0
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) found++
  return found
}

/** A string, with the colon behind it where it is a name; or where an object or an array begins or ends. */
const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/g

/** Of a body that is JSON, the first field of ours that is there again, at its top. */
const repeated = (text: string): string | undefined => {
  const seen = new Set<string>()
  let depth = 0
  for (const [token, string = "", colon] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++
    else if (token === "}" || token === "]") depth--
    else if (depth === 1 && colon !== undefined) {
      const name = String(Json.parse(`"${string}"`))
      if (FIELDS.has(name) && seen.has(name)) return name
      seen.add(name)
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
