/** The partition of one item as its worker sees it, over records that the test has made. */
import type { OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogRecord, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Effect } from "effect"

/** As many as the embedded log has. */
export const PARTITIONS = 12

export interface Written extends Pick<NewRecord, "headers"> {
  readonly key: string | undefined
  readonly value: string | Uint8Array
}

const utf8 = new TextEncoder()

const recordOf = (partition: PartitionId) => ({ headers, key, value }: Written, offset: number): LogRecord => ({
  partition,
  offset: Offset.make(offset),
  timestamp: 1_000 + offset,
  key,
  value: typeof value === "string" ? utf8.encode(value) : value,
  headers
})

/**
 * What was taken and committed, and the partition of the item with these records. With `missing` the log ends so much
 * later, and what lies between does not come.
 */
export const make = Effect.fnUntraced(function*(
  item: string,
  written: ReadonlyArray<Written>,
  { isCommitted = false, missing = 0 } = {}
) {
  const partition = home(ItemId.make(item), PARTITIONS)
  const records = written.map(recordOf(partition))
  const end = Offset.make(records.length + missing)
  const revoked = yield* Deferred.make<void>()
  const seen = { taken: 0, committed: isCommitted ? records.length : 0 }
  let next = 0
  const owned: OwnedPartition = {
    partition,
    committed: Effect.sync(() => Offset.make(seen.committed)),
    bounds: Effect.succeed({ start: Offset.make(0), end }),
    seek: (offset) => Effect.sync(() => void (next = offset)),
    take: (max) =>
      Effect.suspend(() => {
        const some = records.slice(next, next + max)
        next += some.length
        seen.taken += some.length
        return some.length === 0 ? Effect.never : Effect.succeed(some)
      }),
    commit: (offset) => Effect.sync(() => void (seen.committed = offset)),
    revoked: Deferred.await(revoked)
  }
  return { owned, partition, revoke: Deferred.succeed(revoked, undefined), seen }
})

/** A record as its item's own. */
export const written = ({ headers, itemId, value }: NewRecord): Written => ({ key: itemId, headers, value })
