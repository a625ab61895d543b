/** The answers to a request for what it is as HTTP, whatever it asks for. Pure. The bodies are `HttpProblems`. */
import type { Problem } from "@flash-sale/domain/api/HttpProblems"

export interface HttpRefusal {
  readonly status: number
  readonly code: Problem["code"]
  readonly error: string
  /** What the client could do instead, as HTTP says it. */
  readonly headers?: Readonly<Record<string, string>>
}

export const invalidBody: HttpRefusal = { status: 400, code: "invalid_body", error: "Invalid request body" }
export const crossSite: HttpRefusal = {
  status: 403,
  code: "cross_site",
  error: "Pages of other web sites may not ask"
}
export const notFound: HttpRefusal = {
  status: 404,
  code: "not_found",
  error: "Not found: /openapi.json lists what is here"
}
export const bodyTooLarge: HttpRefusal = {
  status: 413,
  code: "body_too_large",
  error: "The body is larger than 16 KiB"
}
export const notJson: HttpRefusal = {
  status: 415,
  code: "unsupported_media_type",
  error: "The body must be application/json in UTF-8, and declared so",
  headers: { accept: "application/json" }
}
export const encoded: HttpRefusal = {
  status: 415,
  code: "unsupported_media_type",
  error: "The body must not be compressed",
  headers: { "accept-encoding": "identity" }
}
export const unknownHost: HttpRefusal = { status: 421, code: "unknown_host", error: "Unknown host" }
export const bug: HttpRefusal = { status: 500, code: "internal_error", error: "Internal server error" }

/** Where a person may go from a page that is not there. */
export interface Elsewhere {
  readonly path: string
  readonly words: string
}

export interface RefusalPage {
  readonly html: string
  readonly fields: {
    readonly status: number
    readonly contentType: string
    readonly headers: Readonly<Record<string, string>>
  }
}

/** What says that a page is not there to who asks for one, as browsers do; undefined for all others. */
export const pageOf = (
  { status }: HttpRefusal,
  accept: string | undefined,
  { path, words }: Elsewhere
): RefusalPage | undefined =>
  status !== notFound.status || accept?.includes("text/html") !== true ? undefined : {
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not found</title>
<h1>Not found</h1>
<p>There is no page at this address. <a href="${path}">${words}</a></p>
`,
    fields: {
      status,
      contentType: "text/html; charset=utf-8",
      headers: {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        vary: "accept"
      }
    }
  }

/** `allow` are the methods that the path takes. */
export const methodNotAllowed = (allow: string): HttpRefusal => ({
  status: 405,
  code: "method_not_allowed",
  error: "Method not allowed",
  headers: { allow }
})

/** The answer to a failure of the framework with this status; a bug where it is none of these. */
export const ofStatus = (status: number): HttpRefusal =>
  [invalidBody, notFound, bodyTooLarge].find((refusal) => refusal.status === status) ?? bug
