/** How far the fold of each partition is: from this the gateways estimate how long an order will wait. */
import { Context, Effect } from "effect"
import type { PartitionId } from "../records/Partition.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Backlog {
  /** Everything before this offset is folded. Commits lag behind it, as they also wait for payments; orders do not. */
  readonly folded: number
  /** Records a second that the fold takes while it is busy; 0 while that is not known. */
  readonly perSecond: number
  /** The latest version of the rules that its processor knows. One that does not say it knows version 1. */
  readonly rules: number
  /**
   * Everything before this offset is final, published and told: what may be committed. Undefined where its processor
   * does not say it, as one of an earlier release.
   */
  readonly settled?: number | undefined
}

export interface Service {
  /**
   * Publishes the backlog of a partition; its worker does so a few times a second. `StoreUnavailable`: nothing changed.
   */
  readonly publish: (partition: PartitionId, backlog: Backlog) => Effect.Effect<void, StoreUnavailable>
  /** The backlog of each partition as it was published last; a partition without one is absent. */
  readonly read: Effect.Effect<ReadonlyMap<PartitionId, Backlog>, StoreUnavailable>
  /**
   * The version of the rules that every processor knows for sure, whatever is published: that of this build where both
   * are one process. Absent elsewhere.
   */
  readonly ownRules?: number
}

/** Without an adapter nothing is published and nothing is known: then no order is rejected for its wait. */
export const Backlogs = Context.Reference<Service>("@flash-sale/domain/ports/Backlogs", {
  defaultValue: () => ({ publish: () => Effect.void, read: Effect.succeed(new Map()) })
})

/** How long the record at `offset` waits until it is folded, in milliseconds; 0 where that is not known. */
export const waitMillis = ({ folded, perSecond }: Backlog, offset: number): number =>
  offset < folded || perSecond <= 0 ? 0 : ((offset + 1 - folded) * 1000) / perSecond
