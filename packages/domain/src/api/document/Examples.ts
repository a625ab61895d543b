/** One example of each body, as it is on the wire, by the name of its schema in the document. */
import type { Order } from "../../records/Order.ts"
import type * as Errors from "../Errors.ts"
import type * as HttpProblems from "../HttpProblems.ts"
import type { ItemList, ItemView } from "../ItemsApi.ts"
import type { ItemCounts } from "../LiveApi.ts"
import type { OrderQueued, OrderView } from "../OrdersApi.ts"
import type * as SystemApi from "../SystemApi.ts"
import { type JsonObject, mapValues, type Spec } from "./Spec.ts"

const correlation_id = "6f1c1d0e-6f0a-4a5e-9f0e-0a4a1c1b2d3e"

const item = {
  item_id: "101",
  available: 99,
  held: 0,
  sold: 1,
  sale: { paused: false, opens_at: "2026-12-01T18:00:00.000Z", per_user_limit: 2, price: 4900, currency: "EUR" },
  now: "2026-12-01T17:59:30.000Z"
}

/** What is sent, or answered with success. */
const bodies = {
  Order: { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 } satisfies typeof Order.Encoded,
  OrderQueued: {
    status: "Order Queued",
    request_id: "r-1",
    correlation_id,
    processing_time_ms: 3,
    estimated_wait_ms: 0
  } satisfies typeof OrderQueued.Encoded,
  OrderStanding: {
    request_id: "r-1",
    item_id: "101",
    amount: 1,
    status: "COMPLETED",
    attempt: 1,
    correlation_id,
    updated_at: "2026-12-01T18:00:00.123Z"
  } satisfies typeof OrderView.Encoded,
  ItemStanding: item satisfies typeof ItemView.Encoded,
  ItemList: {
    items: [item],
    not_shown: [{ item_id: "mug", code: "unknown_item" }]
  } satisfies typeof ItemList.Encoded,
  ItemCounts: { available: 99, held: 0, sold: 1 } satisfies typeof ItemCounts.Encoded,
  Healthy: {
    status: "healthy",
    redis: true,
    kafka: true,
    circuit_breaker_state: "closed"
  } satisfies typeof SystemApi.Healthy.Encoded,
  Live: { status: "live" } satisfies typeof SystemApi.Live.Encoded,
  Ready: { status: "ready" } satisfies typeof SystemApi.Ready.Encoded,
  Version: {
    name: "flash-sale-engine",
    version: "0.2.0",
    rules_version: 1,
    node: "24.21.0"
  } satisfies typeof SystemApi.Version.Encoded
}

type Problems = typeof Errors & typeof HttpProblems & typeof SystemApi
const problem = <Name extends keyof Problems>(
  _: Name,
  body: Problems[Name] extends { readonly Encoded: infer Encoded } ? Encoded : never
) => body
const final = { retryable: false, correlation_id } as const
const passing = { retryable: true, correlation_id } as const

const problems = {
  InvalidRequest: problem("InvalidRequest", {
    error: "Validation failed",
    code: "validation_failed",
    ...final,
    errors: [{ field: "amount", message: "must be a whole number from 1 to 1000" }]
  }),
  SaleClosed: problem("SaleClosed", {
    error: "Sale not open",
    code: "not_open",
    ...passing,
    opens_at: "2026-12-01T18:00:00.000Z",
    retry_after_seconds: 30
  }),
  LimitReached: problem("LimitReached", { error: "Limit per buyer reached", code: "limit", ...final }),
  UnknownItem: problem("UnknownItem", { error: "Unknown item", code: "unknown_item", ...final }),
  UnknownOrder: problem("UnknownOrder", { error: "Unknown order", code: "unknown_order", ...final }),
  DuplicateRequest: problem("DuplicateRequest", {
    error: "Duplicate Request Detected",
    code: "duplicate_request",
    ...final,
    order_status: "PENDING"
  }),
  SoldOut: problem("SoldOut", { error: "Sold out", code: "sold_out", ...passing }),
  BodyTooLarge: problem("BodyTooLarge", {
    error: "The body is larger than 16 KiB",
    code: "body_too_large",
    ...final
  }),
  CrossSite: problem("CrossSite", { error: "Pages of other web sites may not ask", code: "cross_site", ...final }),
  UnknownHost: problem("UnknownHost", { error: "Unknown host", code: "unknown_host", ...final }),
  UnsupportedMediaType: problem("UnsupportedMediaType", {
    error: "The body must be application/json in UTF-8, and declared so",
    code: "unsupported_media_type",
    ...final
  }),
  RequestIdReused: problem("RequestIdReused", {
    error: "Request id belongs to another order",
    code: "request_id_reused",
    ...final
  }),
  RateLimited: problem("RateLimited", {
    error: "Rate limit exceeded",
    code: "rate_limited",
    ...passing,
    retry_after_seconds: 30,
    remaining_requests: 0
  }),
  InternalError: problem("InternalError", { error: "Internal server error", code: "internal_error", ...passing }),
  Unavailable: problem("Unavailable", {
    error: "Service temporarily unavailable",
    code: "overloaded",
    ...passing,
    retry_after_seconds: 1
  }),
  Unhealthy: problem("Unhealthy", {
    status: "unhealthy",
    redis: false,
    kafka: true,
    circuit_breaker_state: "closed"
  }),
  NotReady: problem("NotReady", { status: "not_ready" })
}

const EXAMPLES: Readonly<Record<string, JsonObject>> = { ...bodies, ...problems }

/** Gives every schema its example. */
export const amend = (spec: Spec): Spec => ({
  ...spec,
  components: {
    ...spec.components,
    schemas: mapValues(spec.components.schemas, (schema, name) => {
      const example = EXAMPLES[name]
      if (example === undefined) throw new Error(`the document has no example of ${name}`)
      return { ...schema, examples: [example] }
    })
  }
})
