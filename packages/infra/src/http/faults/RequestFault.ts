/**
 * What is wrong with bytes that are no request, or a request that no server may guess at (RFC 9112). Pure. Why:
 * docs/decisions/0048-what-was-taken-is-answered.md.
 */
import type { IncomingMessage } from "node:http"
import type { DropReason } from "../../observability/metrics/ConnectionMetrics.ts"

export interface RequestFault {
  readonly status: number
  readonly code:
    | "bad_request"
    | "head_too_large"
    | "request_timeout"
    | "unsupported_transfer_encoding"
    | "body_too_large"
    | "method_not_allowed"
  readonly error: string
  /** What its connection counts as; undefined where its client has hung up, which is no fault. */
  readonly reason: DropReason | undefined
}

/** A fault that a connection has met. */
export interface MetFault {
  readonly fault: RequestFault
  /** What had been read by then, in bytes. */
  readonly readBefore: number
  /** Whether a request was in hand, so that the connection ends without another answer. */
  readonly wasInHand: boolean
}

const bad = (error: string): RequestFault => ({ status: 400, code: "bad_request", error, reason: "malformed" })

const MALFORMED = bad("What came is no HTTP request: look at the request line, the headers and Content-Length")
const CUT_OFF: RequestFault = { ...bad("The connection ended before the request did"), reason: undefined }
const NO_HOST = bad("The request must have one header Host, which names a host")
const HEAD_TOO_LARGE: RequestFault = {
  status: 431,
  code: "head_too_large",
  error: "The request line and the headers are larger than 16 KiB",
  reason: "head_too_large"
}
const TIMEOUT: RequestFault = {
  status: 408,
  code: "request_timeout",
  error: "The request did not come in time: its headers within 5 s, all of it within 10 s",
  reason: "late"
}
const EXTENSIONS_TOO_LARGE: RequestFault = {
  status: 413,
  code: "body_too_large",
  error: "The extensions of the body's chunks are too large",
  reason: "malformed"
}
const UNKNOWN_ENCODING: RequestFault = {
  status: 501,
  code: "unsupported_transfer_encoding",
  error: "The only Transfer-Encoding that is taken is chunked",
  reason: "malformed"
}
/** A client that takes this port for a proxy. */
export const TUNNEL: RequestFault = {
  status: 405,
  code: "method_not_allowed",
  error: "This is no proxy: CONNECT is not taken",
  reason: "malformed"
}

/** Of what Node says of a connection; undefined where it is lost, so that nobody would hear an answer. */
export const ofError = (error: unknown): RequestFault | undefined => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return HEAD_TOO_LARGE
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return EXTENSIONS_TOO_LARGE
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return TIMEOUT
    case "HPE_INVALID_EOF_STATE":
      return CUT_OFF
    default:
      return code.startsWith("HPE_") ? MALFORMED : undefined
  }
}

/** A name, an address, or an IPv6 address in brackets, and a port that may be missing. */
const HOST = /^(?:\[[\da-f:.%]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d*)?$/i

/** Names are compared where their length is right: this is asked of every request. */
const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === "host"

const hosts = (rawHeaders: ReadonlyArray<string>): number => {
  let found = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (isHost(rawHeaders[at]!)) found++
  return found
}

/** Of a request that Node takes; undefined where it has none. By HTTP/1.0, as some probes ask, it needs no `Host`. */
export const ofRequest = (
  { headers, httpVersion, rawHeaders }: Pick<IncomingMessage, "headers" | "httpVersion" | "rawHeaders">
): RequestFault | undefined => {
  const { host } = headers
  if (host === undefined ? httpVersion !== "1.0" : !HOST.test(host) || hosts(rawHeaders) > 1) return NO_HOST
  const encoding = headers["transfer-encoding"]
  return encoding === undefined || encoding.toLowerCase() === "chunked" ? undefined : UNKNOWN_ENCODING
}
