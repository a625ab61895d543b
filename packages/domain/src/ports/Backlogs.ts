/** How far the fold of each partition is: what the gateways know of the queue that an order joins. */
import { Context, Effect } from "effect"
import type { PartitionId } from "../records/Partition.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Backlog {
  /** Everything before this offset is folded. Not what is committed: an order whose payment is slow keeps nobody waiting. */
  readonly folded: number
  /** Records a second that the fold takes where there is work for it; 0 while that is not known. */
  readonly perSecond: number
}

export interface Service {
  /** Told by whoever folds the partition, a few times a second. */
  readonly publish: (partition: PartitionId, backlog: Backlog) => Effect.Effect<void, StoreUnavailable>
  /** What was told last of each partition. */
  readonly read: Effect.Effect<ReadonlyMap<PartitionId, Backlog>, StoreUnavailable>
}

/** Where no adapter is there nobody is told and nothing is known: then no order is turned away for its wait. */
export const Backlogs = Context.Reference<Service>("@flash-sale/domain/ports/Backlogs", {
  defaultValue: () => ({ publish: () => Effect.void, read: Effect.succeed(new Map()) })
})

/** How long the record at `offset` waits until it is folded, in milliseconds; 0 where nobody knows. */
export const waitMillis = ({ folded, perSecond }: Backlog, offset: number): number =>
  offset < folded || perSecond <= 0 ? 0 : ((offset + 1 - folded) * 1000) / perSecond
