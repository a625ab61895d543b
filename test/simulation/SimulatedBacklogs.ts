/** What processors publish of their partitions. The store forgets it with all else when it is emptied. */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"
import type { State } from "./StoreState.ts"

/** Published again all the time: a store that falls back to an earlier state has what was published since as well. */
export const layer = (state: State): Layer.Layer<never> => {
  let published: ReadonlyMap<PartitionId, Backlog> = new Map()
  let emptied = state.emptied()
  const forget = (): void => {
    if (state.emptied() !== emptied) published = new Map()
    emptied = state.emptied()
  }
  return Layer.succeed(Backlogs, {
    publish: (partition, backlog) =>
      state.ask(() =>
        Effect.sync(() => {
          forget()
          published = new Map(published).set(partition, backlog)
        })
      ),
    read: state.ask(
      () =>
        Effect.sync(() => {
          forget()
          return published
        }),
      undefined,
      "read"
    )
  })
}
