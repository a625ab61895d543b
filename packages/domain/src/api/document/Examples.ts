/** One example of each body, as it is on the wire, by the name of its schema in the document. */
import type { Hold } from "../../records/checkout/Hold.ts"
import type { Order } from "../../records/Order.ts"
import type * as CheckoutApi from "../checkout/CheckoutApi.ts"
import { ConflictCode } from "../checkout/CheckoutErrors.ts"
import { UnavailableCode } from "../Errors.ts"
import type { ItemList, ItemView } from "../ItemsApi.ts"
import type { PastOrder, PastOrders } from "../lists/PastOrders.ts"
import type { ItemCounts, StreamUnavailable } from "../LiveApi.ts"
import type { OrderQueued, OrderView } from "../OrdersApi.ts"
import type * as SystemApi from "../SystemApi.ts"
import { correlation_id, problems } from "./ProblemExamples.ts"
import { type JsonObject, mapValues, type Spec } from "./Spec.ts"

const item = {
  item_id: "101",
  available: 99,
  held: 0,
  sold: 1,
  sale: { paused: false, opens_at: "2026-12-01T18:00:00.000Z", per_user_limit: 2, price: 4900, currency: "EUR" },
  now: "2026-12-01T17:59:30.000Z"
}

const past = {
  request_id: "r-1",
  item_id: "101",
  amount: 1,
  price: 4900,
  currency: "EUR",
  status: "COMPLETED",
  attempt: 1,
  created_at: "2026-12-01T18:00:00.000Z",
  updated_at: "2026-12-01T18:00:00.123Z",
  correlation_id
} satisfies typeof PastOrder.Encoded

const acted = { request_id: "r-2", correlation_id, processing_time_ms: 3 }

/** What is sent, or answered with success. */
const bodies = {
  Order: {
    request_id: "r-1",
    user_id: "u-1",
    item_id: "101",
    amount: 1,
    metadata: { cart: "c-7", size: "XL" }
  } satisfies typeof Order.Encoded,
  Hold: {
    request_id: "r-2",
    user_id: "u-1",
    item_id: "101",
    amount: 1,
    hold_seconds: 300
  } satisfies typeof Hold.Encoded,
  Confirm: { payment_token: "tok_1" } satisfies typeof CheckoutApi.ConfirmBody.Encoded,
  Paid: { reference: "pi_1" } satisfies typeof CheckoutApi.PaidBody.Encoded,
  Cancel: { item_id: "101", user_id: "u-1" } satisfies typeof CheckoutApi.CancelBody.Encoded,
  ConfirmQueued: { status: "Confirm Queued", ...acted },
  PaidQueued: { status: "Paid Queued", ...acted },
  CancelQueued: { status: "Cancel Queued", ...acted },
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
  PastOrder: past,
  PastOrders: { orders: [past], next: "1796148000123-42" } satisfies typeof PastOrders.Encoded,
  ItemStanding: item satisfies typeof ItemView.Encoded,
  ItemList: {
    items: [item],
    not_shown: [{ item_id: "mug", code: "unknown_item" }]
  } satisfies typeof ItemList.Encoded,
  ItemCounts: { available: 99, held: 0, sold: 1 } satisfies typeof ItemCounts.Encoded,
  StreamUnavailable: { code: "store_unavailable" } satisfies typeof StreamUnavailable.Encoded,
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
    rules_version: 2,
    node: "24.21.0"
  } satisfies typeof SystemApi.Version.Encoded
}

const EXAMPLES: Readonly<Record<string, JsonObject>> = { ...bodies, ...problems }

/** The words of a code, where they need an example each. */
const CODES: Readonly<Record<string, ReadonlyArray<string>>> = {
  OrderConflict: ConflictCode.literals,
  Unavailable: UnavailableCode.literals,
  StreamUnavailable: UnavailableCode.literals
}

const ofCodes = (example: JsonObject, codes: ReadonlyArray<string> | undefined): ReadonlyArray<JsonObject> =>
  codes === undefined ? [example] : codes.map((code) => ({ ...example, code }))

/** Gives every schema its example: out of these, and of those of the public API. */
export const amendWith = (more: Readonly<Record<string, JsonObject>>) => (spec: Spec): Spec => ({
  ...spec,
  components: {
    ...spec.components,
    schemas: mapValues(spec.components.schemas, (schema, name) => {
      const own = more[name]
      if (own !== undefined) return { ...schema, examples: [own] }
      const example = EXAMPLES[name]
      if (example === undefined) throw new Error(`the document has no example of ${name}`)
      return { ...schema, examples: ofCodes(example, CODES[name]) }
    })
  }
})

export const amend = amendWith({})
