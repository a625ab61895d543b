/**
 * What is told of an order is for its buyer alone, and what is told of an item holds the time: no proxy and no browser
 * keeps it.
 */
import { HttpServerResponse } from "effect/http"
import type { Path } from "./Paths.ts"

const NOT_KEPT = /^\/(?:orders|items)(?:\/|$)/
/** A stream says so already. */
export const keptByNobody = (path: Path | undefined) => (response: HttpServerResponse.HttpServerResponse) =>
  path !== undefined && NOT_KEPT.test(path.template) && response.headers["cache-control"] === undefined
    ? HttpServerResponse.setHeader(response, "cache-control", "no-store")
    : response
