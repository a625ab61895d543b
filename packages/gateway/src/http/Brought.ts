/** What requests bring that are counted one by one: orders, and calls about orders. Pure. */
import type { Route } from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import type { OrderAction } from "@flash-sale/infra/observability/metrics/OrderActionMetrics"
import { Headers } from "effect/http"
import type { RequestHeaders } from "../request/RequestHeaders.ts"

/** By the names of their endpoints. */
const NAMES = ["buy", "hold", "confirm", "paid", "cancel"] as const
export type Brought = (typeof NAMES)[number]

export const isBrought = (endpoint: string): endpoint is Brought => NAMES.some((name) => name === endpoint)
export const isAction = (brought: Brought): brought is OrderAction => brought !== "buy" && brought !== "hold"

/** As careless clients write them: with more slashes, in other letters, with a parameter of the path. */
const LIKE_BUY = /^\/+buy\/*(;.*)?$/i
const LIKE_HOLDS = /^\/+holds\/*(;.*)?$/i
const ACTION = /^\/orders\/[^/]+\/(confirm|paid|cancel)$/

const unescaped = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * What a request for this path, without its query, means to bring: an order, also where it writes the path so that
 * there is none, or a call about one.
 */
export const by = (method: string, path: string): Brought | undefined => {
  if (method !== "POST") return undefined
  const [, action] = ACTION.exec(path) ?? []
  if (action !== undefined && isBrought(action)) return action
  const written = unescaped(path)
  return LIKE_BUY.test(written) ? "buy" : LIKE_HOLDS.test(written) ? "hold" : undefined
}

const hasBody = (headers: RequestHeaders): boolean =>
  Number(headers["content-length"]) > 0 || headers["transfer-encoding"] !== undefined

/** Whether the body of such a request has to be one: all that calls may leave out is the whole of it. */
export const needsBody = (brought: Brought, headers: RequestHeaders): boolean =>
  (brought !== "confirm" && brought !== "cancel") || hasBody(headers)

/**
 * The headers of a request that may leave out its body, without the type of what is not there: some clients declare a
 * form whenever they post. The framework would take the type for a body's.
 */
export const typed = (brought: Brought | undefined, headers: Headers.Headers): Headers.Headers =>
  brought === undefined || needsBody(brought, headers) ? headers : Headers.remove(headers, "content-type")

/** The label under which its answer is counted. */
export const routeOf = (brought: Brought | undefined): Route =>
  brought === undefined ? "else" : isAction(brought) ? "action" : brought
