/**
 * Encodes the answers to `POST /buy` and `POST /holds` for the wire. Pure. Statuses and bodies are declared in
 * `domain/api/Errors.ts`; `request/Refusals.ts` makes the refusals.
 */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import * as Errors from "@flash-sale/domain/api/Errors"
import type { OrderQueued } from "@flash-sale/domain/api/OrdersApi"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import { Schema, SchemaAST } from "effect"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import type { Refusal } from "../request/Refusals.ts"
import type { Fields } from "./RateLimitHeaders.ts"

export interface BuyResponse {
  readonly status: number
  /** Names and values alternate. Without the body's type and length, which the route adds. */
  readonly headers: ReadonlyArray<string>
  /** JSON. */
  readonly body: string
}

type Refused = Refusal | Errors.InternalError

/** How a kind of refusal is written. */
const writer = <S extends Schema.Top & { readonly EncodingServices: never }>(schema: S) => {
  const encode = Schema.encodeUnknownSync(schema)
  return {
    status: Number(SchemaAST.resolve(schema.ast)?.["httpApiStatus"]),
    write: (error: unknown): string => JSON.stringify(encode(error))
  }
}

const writers: Readonly<Record<Refused["_tag"], ReturnType<typeof writer>>> = {
  InvalidRequest: writer(Errors.InvalidRequest),
  SaleClosed: writer(Errors.SaleClosed),
  LimitReached: writer(Errors.LimitReached),
  UnknownItem: writer(Errors.UnknownItem),
  DuplicateRequest: writer(Errors.DuplicateRequest),
  SoldOut: writer(Errors.SoldOut),
  RequestIdReused: writer(Errors.RequestIdReused),
  RateLimited: writer(Errors.RateLimited),
  Unavailable: writer(Errors.Unavailable),
  Unauthenticated: writer(AccessErrors.Unauthenticated),
  MissingScope: writer(AccessErrors.MissingScope),
  TokenMismatch: writer(AccessErrors.TokenMismatch),
  TooManyFailures: writer(AccessErrors.TooManyFailures),
  QuotaExceeded: writer(AccessErrors.QuotaExceeded),
  InternalError: writer(Errors.InternalError)
}

/** The headers that a refusal has beside its body: `Retry-After`, where it has a time; `WWW-Authenticate` of a 401. */
export const headersOf = (refusal: object): Readonly<Record<string, string>> => {
  if (refusal instanceof AccessErrors.Unauthenticated) {
    return { "www-authenticate": AccessRefusals.challengeOf(refusal) }
  }
  return "retry_after_seconds" in refusal && refusal.retry_after_seconds !== undefined
    ? { "retry-after": String(refusal.retry_after_seconds) }
    : {}
}

/** `fields` are those of the rate limit, where it was looked up. */
export const refused = (refusal: Refused, fields?: Fields): BuyResponse => {
  const { status, write } = writers[refusal._tag]
  return { status, headers: Object.entries({ ...headersOf(refusal), ...fields }).flat(), body: write(refusal) }
}

/** The path of the order's status. */
export const locationOf = ({ requestId }: Pick<Order, "requestId">): string =>
  `/orders/${encodeURIComponent(requestId)}`

/** The body of an order's 202. */
export const bodyOf = (
  order: Order,
  correlation_id: CorrelationId,
  processing_time_ms: number,
  waitMillis: number
) => ({
  status: "Order Queued" as const,
  request_id: order.requestId,
  correlation_id,
  processing_time_ms,
  estimated_wait_ms: Math.round(waitMillis)
})

export const queued = (order: Order, body: typeof OrderQueued.Encoded, fields: Fields): BuyResponse => ({
  status: 202,
  headers: [
    "location",
    locationOf(order),
    "ratelimit-policy",
    fields["ratelimit-policy"],
    "ratelimit",
    fields.ratelimit
  ],
  body: JSON.stringify(body)
})

/** The answer for a bug: it says nothing about it. The log says everything. */
export const bug = (correlation_id: CorrelationId): BuyResponse =>
  refused(new Errors.InternalError({ retryable: true, correlation_id }))
