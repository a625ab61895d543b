/** What processors publish of their partitions. The store forgets it with all else when it is emptied. */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"
import type { State } from "./StoreState.ts"

/** Not one of the store's states: it is published again all the time, so no earlier one comes back. */
export const layer = (state: State): Layer.Layer<never> => {
  let published: ReadonlyMap<PartitionId, Backlog> = new Map()
  let session = state.session()
  const forget = (): void => {
    if (state.session() !== session) published = new Map()
    session = state.session()
  }
  return Layer.succeed(Backlogs, {
    publish: (partition, backlog) =>
      state.ask(() =>
        Effect.sync(() => {
          forget()
          published = new Map(published).set(partition, backlog)
        })
      ),
    read: state.ask(() =>
      Effect.sync(() => {
        forget()
        return published
      }), undefined, "read")
  })
}
