/**
 * Which pages of other origins may call from a browser, as its headers say it (CORS). Pure. Why:
 * docs/decisions/0040-who-is-let-in.md.
 *
 * **Details**: a browser sends what it was told to keep, such as cookies, only where it is asked to, which no answer
 * does: a page proves who calls by the header `Authorization` alone.
 */
import { headerOf, type RequestHeaders } from "./RequestHeaders.ts"

export type Fields = Readonly<Record<string, string>>

export interface Cors {
  /** Whether pages of the request's origin may call. `null`, which anybody's page can be, is never one. */
  readonly allows: (headers: RequestHeaders) => boolean
  /** The fields of each answer to a request with these headers. */
  readonly fieldsOf: (headers: RequestHeaders) => Fields
  /** The same as names and values that alternate: made once for each origin, as orders ask on the hot route. */
  readonly pairsOf: (headers: RequestHeaders) => ReadonlyArray<string>
  /** Those of the answer to a browser that asks first whether it may send this request; undefined where it does not. */
  readonly preflightOf: (method: string, headers: RequestHeaders, methods: ReadonlyArray<string>) => Fields | undefined
}

/** What pages may send beside what every page may. */
const ALLOWED_HEADERS = "authorization, content-type, last-event-id, x-correlation-id, traceparent, prefer"
/** What pages may read beside what every page may. */
const EXPOSED_HEADERS = "location, preference-applied, ratelimit, ratelimit-policy, retry-after, www-authenticate, " +
  "x-correlation-id"
/** How long a browser may remember the answer, in seconds: so long an origin that is taken off the list still asks. */
const MAX_AGE = "600"

/** Without origins no answer says anything of them. */
const NOTHING: Fields = {}
/** What an answer says depends on who asks, also where it says nothing. */
const VARY: Fields = { vary: "origin" }

interface Said {
  readonly fields: Fields
  readonly pairs: ReadonlyArray<string>
}
const said = (fields: Fields): Said => ({ fields, pairs: Object.entries(fields).flat() })

/** `origins` as browsers write them. */
export const make = (origins: ReadonlySet<string>): Cors => {
  const others = said(origins.size === 0 ? NOTHING : VARY)
  const fields = new Map<string, Said>(
    Array.from(origins, (origin) => [
      origin,
      said({ ...VARY, "access-control-allow-origin": origin, "access-control-expose-headers": EXPOSED_HEADERS })
    ])
  )
  const saidTo = (headers: RequestHeaders): Said =>
    origins.size === 0 ? others : fields.get(headerOf(headers, "origin") ?? "") ?? others
  const allows = (headers: RequestHeaders): boolean =>
    origins.size > 0 && origins.has(headerOf(headers, "origin") ?? "")
  return {
    allows,
    fieldsOf: (headers) => saidTo(headers).fields,
    pairsOf: (headers) => saidTo(headers).pairs,
    preflightOf: (method, headers, methods) =>
      method === "OPTIONS" && headers["access-control-request-method"] !== undefined && allows(headers)
        ? {
          "access-control-allow-methods": methods.join(", "),
          "access-control-allow-headers": ALLOWED_HEADERS,
          "access-control-max-age": MAX_AGE
        }
        : undefined
  }
}
