/** `Prefer: wait` (RFC 7240): requests that would wait for the order that they bring or ask for. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { OrderView } from "@flash-sale/domain/api/OrdersApi"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Effect, Exit, Option, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { OrderWaits } from "../live/OrderWaits.ts"
import * as Views from "../reads/Views.ts"
import { headerOf, type RequestHeaders } from "../request/RequestHeaders.ts"

/** The longest wait, in seconds: who prefers more waits this long. */
export const MAX_WAIT = 30

const WAIT = /^\s*wait\s*=\s*"?(\d+)"?\s*(?:;.*)?$/i

/** How long to wait, in milliseconds; 0 where the request does not prefer to, or not in words that are known. */
export const waitMillis = (headers: RequestHeaders): number => {
  const preferences = headerOf(headers, "prefer")?.split(",") ?? []
  // Of one that is there several times the first counts.
  const [, seconds = "0"] = preferences.map((preference) => WAIT.exec(preference)).find((found) => found !== null) ?? []
  return Math.min(Number(seconds), MAX_WAIT) * 1_000
}

const encodeView = Schema.encodeSync(OrderView)

/** The answer to a request whose wait was worth it: the order as it is then. */
export const applied = (record: StatusRecord, caller: Caller): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(encodeView(Views.ofOrder(record, caller)), {
    status: 200,
    headers: { "preference-applied": "wait" }
  })

/** What a request waits for. */
export interface Awaited {
  readonly order: { readonly requestId: RequestId; readonly itemId: ItemId }
  readonly caller: Caller
  readonly isDone: (record: StatusRecord) => boolean
}

/**
 * Makes the answer, and where that is a success, or a failure that is `worthIt`, waits for the order as long as the
 * request prefers. The order as it is then is the answer, and the one of before where it is not done in time.
 */
export const waiting = Effect.map(OrderWaits, ({ wait }) =>
<A, E, R>(
  { caller, isDone, order }: Awaited,
  answer: Effect.Effect<A, E, R>,
  worthIt: (error: E) => boolean = () => false
): Effect.Effect<A | HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function*() {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const millis = waitMillis(headers)
    if (millis === 0) return yield* answer
    const answered = yield* Effect.exit(answer)
    if (!Option.match(Exit.findErrorOption(answered), { onNone: () => Exit.isSuccess(answered), onSome: worthIt })) {
      return yield* answered
    }
    const record = yield* wait(order, caller, millis, isDone)
    return record === undefined ? yield* answered : applied(record, caller)
  }))
