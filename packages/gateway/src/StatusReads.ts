/** How an order stands; never "unknown" of one that was accepted, as long as statuses are kept. */
import { UnknownOrder } from "@flash-sale/domain/api/Errors"
import type { RequestId } from "@flash-sale/domain/Ids"
import { ItemStore } from "@flash-sale/domain/ItemStore"
import type { StatusRecord } from "@flash-sale/domain/OrderStatus"
import { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import { PartitionId } from "@flash-sale/domain/Partition"
import { Context, Effect, Layer } from "effect"
import { CurrentRequest } from "./CurrentRequest.ts"
import { LogSize } from "./LogSize.ts"
import * as Refusals from "./Refusals.ts"

/** How long it is believed that every partition is (or is not) wholly folded. */
const MARKS_KEPT = "1 second"

export class StatusReads extends Context.Service<StatusReads, {
  readonly read: (
    requestId: RequestId
  ) => Effect.Effect<StatusRecord, UnknownOrder | ReturnType<typeof Refusals.unavailable>>
}>()("@flash-sale/gateway/StatusReads") {}

export const layer: Layer.Layer<StatusReads, never, OrderStatuses | ItemStore | LogSize> = Layer.effect(
  StatusReads,
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    const store = yield* ItemStore
    const size = yield* LogSize

    // A store that is being filled again from the log does not know yet what it will know.
    const isWhole = yield* Effect.cachedWithTTL(
      Effect.gen(function*() {
        const partitions = Array.from({ length: yield* size.partitions }, (_, index) => PartitionId.make(index))
        const marks = yield* Effect.forEach(partitions, store.mark, { concurrency: "unbounded" })
        return marks.every((mark) => mark !== undefined)
      }),
      MARKS_KEPT
    )

    const read = Effect.fnUntraced(
      function*(requestId: RequestId) {
        const { correlationId } = yield* CurrentRequest
        const standing = yield* statuses.read(requestId)
        switch (standing._tag) {
          case "Kept":
            return standing.record
          case "Leased":
            return yield* Refusals.unavailable(correlationId, "outcome_unknown")
          case "Unknown":
            return (yield* isWhole)
              ? yield* new UnknownOrder({ correlation_id: correlationId })
              : yield* Refusals.unavailable(correlationId, "store_unavailable")
        }
      },
      (effect) =>
        Effect.catchTag(
          effect,
          "StoreUnavailable",
          () =>
            Effect.flatMap(
              CurrentRequest,
              ({ correlationId }) => Effect.fail(Refusals.unavailable(correlationId, "store_unavailable"))
            )
        )
    )
    return { read }
  })
)
