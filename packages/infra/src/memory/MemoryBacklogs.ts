/** How far the fold is, within one process that has the gateway and the processor in it. */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"

export const layer: Layer.Layer<never> = Layer.sync(Backlogs, () => {
  const latest = new Map<PartitionId, Backlog>()
  return {
    publish: (partition, backlog) => Effect.sync(() => void latest.set(partition, backlog)),
    read: Effect.sync(() => new Map(latest))
  }
})
