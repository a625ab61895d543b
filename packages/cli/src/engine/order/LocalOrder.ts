/** An order of the engine whose stores the command reaches: its status where that is kept, else out of the archive. */
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as Target from "../../terminal/Target.ts"

/** As `GET /orders/:request_id` shows it to a key: with its buyer, and without what is the engine's own. */
export const shown = (record: StatusRecord): object => ({
  request_id: record.requestId,
  item_id: record.itemId,
  user_id: ownerIn(record.fingerprint),
  amount: record.amount,
  status: record.status,
  reason: record.reason,
  expires_at: record.expiresAt,
  confirmed: record.confirmed,
  refund: record.refund,
  refund_due: record.refundDue,
  attempt: record.attempt,
  correlation_id: record.correlationId,
  updated_at: record.updatedAt
})

/** `archived`: the order as the archive has it, which is asked only where there is no status. */
export const order = Effect.fnUntraced(function*<E>(
  requestId: RequestId,
  archived: Effect.Effect<object | undefined, E>
) {
  const statuses = yield* OrderStatuses
  const found = yield* Target.bounded(statuses.read(requestId))
  switch (found._tag) {
    case "Unknown": {
      const order = yield* archived
      if (order !== undefined) return order
      return yield* CommandFailed.failed(
        `order ${JSON.stringify(requestId)} is not known: it never came, or its final status has expired`
      )
    }
    case "Leased":
      return yield* CommandFailed.failed(
        `order ${JSON.stringify(requestId)} is being placed: ask again, its outcome is not known yet`
      )
    case "Kept":
      return shown(found.record)
  }
})
