/** The rows of a partition's mark, and of a log that was accepted in its place. */
import { type AcceptedLog, type Mark, MarkMoved } from "@flash-sale/domain/ports/RecoveryMarks"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Result } from "effect"
import { type Connection, integer, text } from "../database/Connection.ts"
import type { Job } from "../database/writing/Write.ts"

/** The checkpoint of a mark while its recovery is under way. */
const NOT_COMPLETE = -1

/** The mark, where it is complete. */
export const read = (connection: Connection, partition: PartitionId): Mark | undefined => {
  const row = connection.get(
    "SELECT epoch, checkpoint, seen, digest FROM marks WHERE partition = ? AND checkpoint <> ?",
    partition,
    NOT_COMPLETE
  )
  if (row === undefined) return undefined
  const seen = row["seen"] === null ? {} : { seen: { offset: integer(row, "seen"), digest: text(row, "digest") } }
  return { epoch: text(row, "epoch"), checkpoint: integer(row, "checkpoint"), ...seen }
}

/** The epoch of the mark, complete or begun. */
export const readEpoch = (connection: Connection, partition: PartitionId): string | undefined => {
  const row = connection.get("SELECT epoch FROM marks WHERE partition = ?", partition)
  return row === undefined ? undefined : text(row, "epoch")
}

export const readAccepted = (connection: Connection, partition: PartitionId): AcceptedLog | undefined => {
  const row = connection.get("SELECT start FROM accepted WHERE partition = ?", partition)
  return row === undefined ? undefined : { from: integer(row, "start") }
}

export const begin = (partition: PartitionId, epoch: string): Job<string, never> => (connection) => {
  connection.run(
    "INSERT OR IGNORE INTO marks(partition, epoch, checkpoint) VALUES (?, ?, ?)",
    partition,
    epoch,
    NOT_COMPLETE
  )
  return Result.succeed(readEpoch(connection, partition) ?? epoch)
}

export const complete = (partition: PartitionId, mark: Mark): Job<void, MarkMoved> => (connection) => {
  const epoch = readEpoch(connection, partition)
  if (epoch !== mark.epoch) return Result.fail(new MarkMoved({ partition }))
  if (read(connection, partition) !== undefined) return Result.void
  connection.run("UPDATE marks SET checkpoint = ? WHERE partition = ?", mark.checkpoint, partition)
  connection.run("DELETE FROM accepted WHERE partition = ?", partition)
  see(connection, partition, mark)
  return Result.void
}

export const checkpoint = (partition: PartitionId, mark: Mark): Job<void, MarkMoved> => (connection) => {
  const changed = connection.run(
    "UPDATE marks SET checkpoint = max(checkpoint, ?) WHERE partition = ? AND epoch = ? AND checkpoint <> ?",
    mark.checkpoint,
    partition,
    mark.epoch,
    NOT_COMPLETE
  )
  if (changed !== 1) return Result.fail(new MarkMoved({ partition }))
  see(connection, partition, mark)
  return Result.void
}

/** Takes the mark away, and notes the log that was accepted, if one was. */
export const clear = (connection: Connection, partition: PartitionId, accepted: AcceptedLog | undefined): void => {
  connection.run("DELETE FROM marks WHERE partition = ?", partition)
  if (accepted === undefined) return
  // The column `told` is for older releases, which publish from there on.
  connection.run("INSERT OR REPLACE INTO accepted VALUES (?1, ?2, ?2)", partition, accepted.from)
}

const see = (connection: Connection, partition: PartitionId, { seen }: Mark): void => {
  if (seen === undefined) return
  connection.run(
    "UPDATE marks SET seen = ?1, digest = ?2 WHERE partition = ?3 AND coalesce(seen, -1) < ?1",
    seen.offset,
    seen.digest,
    partition
  )
}
