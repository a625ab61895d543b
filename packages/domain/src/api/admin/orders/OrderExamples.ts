/** One example of each body about orders at the admin API, as it is on the wire, by the name of its schema. */
import { correlation_id } from "../../document/ProblemExamples.ts"
import type * as Bodies from "./OrderBodies.ts"
import type { OrderChangeConflict } from "./OrderErrors.ts"

const ofOrder = { request_id: "r-1", item_id: "mug", attempt: 1 } as const
const position = { partition: 3, offset: 1742 }

export const EXAMPLES = {
  OrderCancel: { reason: "the buyer has called" } satisfies typeof Bodies.OrderCancel.Encoded,
  OrderRefund: { restock: true, reason: "came back unopened" } satisfies typeof Bodies.OrderRefund.Encoded,
  OrderChanged: {
    ...ofOrder,
    order_status: "COMPLETED",
    done: false,
    refund: "pending",
    restock: true,
    position
  } satisfies typeof Bodies.OrderChanged.Encoded,
  OrderChangeRecorded: {
    status: "Refund Queued",
    ...ofOrder,
    position
  } satisfies typeof Bodies.OrderChangeRecorded.Encoded,
  OrderChangeConflict: {
    error: "The order stands against it",
    code: "not_completed",
    retryable: false,
    correlation_id,
    order_status: "RESERVED"
  } satisfies typeof OrderChangeConflict.Encoded
}
