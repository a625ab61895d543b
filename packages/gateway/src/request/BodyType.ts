/** How the body of an order must be declared: as JSON in UTF-8 that nobody has to unpack. Pure. */
import { MIMEType } from "node:util"
import * as HttpRefusals from "./HttpRefusals.ts"

const JSON_TYPE = "application/json"
/** The labels of the one encoding that is read. */
const UTF_8: ReadonlyArray<string> = ["utf-8", "utf8"]

/** Whether this type is JSON in UTF-8, which is what it is without a `charset`. */
const isJson = (contentType: string): boolean => {
  if (contentType === JSON_TYPE) return true
  try {
    const { essence, params } = new MIMEType(contentType)
    return essence === JSON_TYPE && UTF_8.includes((params.get("charset") ?? "utf-8").toLowerCase())
  } catch {
    return false
  }
}

/**
 * Why a body with this `Content-Type` and `Content-Encoding` is not read; undefined where it is.
 *
 * **Details**: a page of any site can have a browser send a body without a type, or as plain text, and nobody is asked.
 * JSON needs a permission that the gateway does not give.
 */
export const refusalOf = (
  type: string | undefined,
  encoding: string | undefined
): HttpRefusals.HttpRefusal | undefined => {
  if (type === undefined || !isJson(type)) return HttpRefusals.notJson
  return encoding === undefined || encoding.toLowerCase() === "identity" ? undefined : HttpRefusals.encoded
}
