/**
 * Look-ups of what items know of buyers, for orders of items that have a limit for each buyer. Those that come together
 * share a round trip.
 */
import type { BuyerUnits } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Order } from "@flash-sale/domain/records/Order"
import { home } from "@flash-sale/domain/records/Partition"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import { Effect, Exit, type Scope } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"

/** Look-ups that share one round trip at the most. */
const BATCH_SIZE = 512

/** Answers undefined where nothing may be concluded. */
export type BuyerLookups = BatchLine.BatchLine<Order, BuyerUnits | undefined, StoreUnavailable>

/** Up to `capacity` look-ups may wait for a round trip. */
export const make = Effect.fnUntraced(function*(
  capacity: number
): Effect.fn.Return<BuyerLookups, never, ItemStore | PartitionCount | StoreBreaker | Scope.Scope> {
  const store = yield* ItemStore
  const partitionCount = yield* PartitionCount
  const storeBreaker = yield* StoreBreaker

  const lookUp = Effect.fnUntraced(function*(orders: ReadonlyArray<Order>) {
    const partitions = yield* partitionCount.partitions
    const questions = orders.map(({ itemId, requestId, userId }) => ({
      partition: home(itemId, partitions),
      itemId,
      userId,
      requestId
    }))
    // The order goes on without the answer, so that a failure is no doubt about it.
    const found = yield* storeBreaker.askAside(store.readBuyers(questions))
    return found.map((units) => Exit.succeed(units))
  })
  return yield* BatchLine.make({ name: "buyer look-ups", capacity, batchSize: BATCH_SIZE, handle: lookUp })
})
