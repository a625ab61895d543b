/** Which requests to read something are plain. Pure. */
import type { RequestHeaders } from "../request/RequestHeaders.ts"

/** Whether a request with these headers brings no body, and does not prefer to wait. */
export const isPlainRead = (headers: RequestHeaders): boolean =>
  headers["prefer"] === undefined && headers["expect"] === undefined && headers["transfer-encoding"] === undefined &&
  (headers["content-length"] === undefined || headers["content-length"] === "0")

/** What is told is as it is now, or for one buyer alone: no proxy and no browser keeps it. */
export const KEPT_BY_NOBODY: ReadonlyArray<string> = ["cache-control", "no-store"]
