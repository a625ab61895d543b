/** The three headers of Standard Webhooks, out of whatever a server's framework has for headers. */
import { WebhookError } from "./WebhookError.ts"

/**
 * The headers of a request: `Headers`, the `headers` of Node's `IncomingMessage`, or any object of texts by name. How
 * names are written does not matter.
 */
export type WebhookHeaders = Headers | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** What is signed beside the body, and by what. */
export interface Signed {
  /** The event's id: the same each time that it is sent. */
  readonly id: string
  /** When it was sent, as it is signed: seconds since 1970, in UTC. */
  readonly timestamp: string
  /** One or more signatures, between spaces. */
  readonly signatures: string
}

const isHeaders = (headers: WebhookHeaders): headers is Headers => typeof headers["get"] === "function"

/** A header that came more than once is one list, as `Headers` has it. */
const find = (headers: WebhookHeaders, name: string): string | undefined => {
  if (isHeaders(headers)) return headers.get(name) ?? undefined
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
  return typeof value === "object" ? value.join(", ") : value
}

const header = (headers: WebhookHeaders, name: string): string => {
  const value = find(headers, name)
  if (typeof value !== "string" || value === "") {
    throw new WebhookError("missing_header", `the request has no header ${name}`)
  }
  return value
}

/** Throws a `WebhookError` where one is missing. */
export const read = (headers: WebhookHeaders): Signed => {
  if (typeof headers !== "object" || headers === null) throw new TypeError("headers must be those of the request")
  return {
    id: header(headers, "webhook-id"),
    timestamp: header(headers, "webhook-timestamp"),
    signatures: header(headers, "webhook-signature")
  }
}
