/** One example of each body, as it is on the wire, by the name of its schema in the document. */
import type { Order } from "../../records/Order.ts"
import type { ItemList, ItemView } from "../ItemsApi.ts"
import type { ItemCounts } from "../LiveApi.ts"
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

const EXAMPLES: Readonly<Record<string, JsonObject>> = { ...bodies, ...problems }

/** Gives every schema its example: out of these, and of those of the public API. */
export const amendWith = (more: Readonly<Record<string, JsonObject>>) => (spec: Spec): Spec => ({
  ...spec,
  components: {
    ...spec.components,
    schemas: mapValues(spec.components.schemas, (schema, name) => {
      const example = more[name] ?? EXAMPLES[name]
      if (example === undefined) throw new Error(`the document has no example of ${name}`)
      return { ...schema, examples: [example] }
    })
  }
})

export const amend = amendWith({})
