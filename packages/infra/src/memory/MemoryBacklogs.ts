/** How far the fold of each partition is, within one process that runs both the gateway and the processor. */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"

export const layer: Layer.Layer<never> = Layer.sync(Backlogs, () => {
  const latest = new Map<PartitionId, Backlog>()
  return {
    publish: (partition, backlog) => Effect.sync(() => void latest.set(partition, backlog)),
    read: Effect.sync(() => new Map(latest)),
    ownRules: RULES_VERSION
  }
})
