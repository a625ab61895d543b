/** The folded state of every item, as tables in the embedded file, by the domain's own decision. */
import {
  type AcceptedLog,
  type FoldError,
  type FoldReply,
  type FoldRequest,
  ItemDamaged,
  ItemStore,
  type Mark,
  MarkMoved,
  PositionBehind
} from "@flash-sale/domain/ports/ItemStore"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Effect, Layer, Result } from "effect"
import { type Connection, integer, RowDamaged, text } from "./database/Connection.ts"
import { isUp, type Job, SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as EventRows from "./items/EventRows.ts"
import * as ItemHead from "./items/ItemHead.ts"
import * as ItemLoad from "./items/ItemLoad.ts"
import * as ItemSave from "./items/ItemSave.ts"

/**
 * Folds in one write each.
 *
 * **Details**: what is folded need not be on the disk before it is answered, as it follows from the log, which is: a
 * power cut that takes it takes the committed offset as well, and the records are folded again to the same state.
 */
export const layer: Layer.Layer<ItemStore, never, SqliteDatabase> = Layer.effect(
  ItemStore,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const writing = { SqliteUnavailable: storeUnavailable, SqliteUnknown: storeUnavailable }
    return {
      fold: (request) => Effect.catchTags(database.writeSoon(fold(request)), writing),
      read: (partition, itemId) =>
        Effect.flatMap(
          Effect.catch(database.read((connection) => read(connection, partition, itemId)), storeUnavailable),
          Effect.fromResult
        ),
      detectEdits: (partition, epoch) =>
        Effect.flatMap(
          Effect.catch(database.read((connection) => readEpoch(connection, partition)), storeUnavailable),
          (there) => there === epoch ? Effect.succeed([]) : Effect.fail(new MarkMoved({ partition }))
        ),
      levels: (partition, limit) =>
        Effect.catch(database.read((connection) => readLevels(connection, partition, limit)), storeUnavailable),
      mark: (partition) =>
        Effect.catch(database.read((connection) => readMark(connection, partition)), storeUnavailable),
      accepted: (partition) =>
        Effect.catch(database.read((connection) => readAccepted(connection, partition)), storeUnavailable),
      beginRecovery: (partition, epoch) =>
        Effect.catchTags(database.writeSoon(beginRecovery(partition, epoch)), writing),
      writeMark: (partition, mark) => Effect.catchTags(database.write(writeMark(partition, mark)), writing),
      checkpoint: (partition, mark) => Effect.catchTags(database.writeSoon(checkpoint(partition, mark)), writing),
      // A file is opened once for as long as its engine lives, and forgets nothing meanwhile.
      session: Effect.succeed(0),
      trouble: database.trouble,
      isUp: isUp(database)
    }
  })
)

/** A row that nobody here wrote stops its item, and nothing else. */
const orDamaged = <A, E>(itemId: ItemId, f: () => Result.Result<A, E>): Result.Result<A, E | ItemDamaged> => {
  try {
    return f()
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error
    return Result.fail(new ItemDamaged({ itemId, detail: error.message }))
  }
}

const fold = (request: FoldRequest): Job<FoldReply, FoldError> => (connection, touch) =>
  orDamaged(request.itemId, (): Result.Result<FoldReply, FoldError> => {
    const { itemId, partition } = request
    if (readEpoch(connection, partition) !== request.epoch) return Result.fail(new MarkMoved({ partition }))
    const head = ItemHead.find(connection, itemId) ?? ItemHead.create(connection, itemId, partition)
    const loaded = ItemLoad.load(connection, head, request)
    const result = Fold.fold(loaded.folded, request)
    switch (result._tag) {
      case "Behind":
        return Result.fail(new PositionBehind({ itemId, position: result.position }))
      case "Stopped":
        return Result.fail(new ItemDamaged({ itemId, detail: result.detail }))
      case "Folded": {
        const { outcomes, state } = result
        ItemSave.save(connection, head.id, loaded, state, request)
        const event = request.emitEvents ? EventRows.ofTurn(head.item, state.item, outcomes) : undefined
        if (event !== undefined) {
          EventRows.add(connection, head.id, head.eventCount + 1, event)
          touch(EventRows.topic(itemId))
        }
        ItemHead.save(connection, head.id, state, head.eventCount + (event === undefined ? 0 : 1))
        return Result.succeed({
          outcomes: request.isSilent === true ? [] : outcomes,
          summary: ItemHead.summary(state, readMark(connection, partition) !== undefined)
        })
      }
    }
  })

const read = (connection: Connection, partition: PartitionId, itemId: ItemId) =>
  orDamaged(itemId, () =>
    Result.succeed(
      ItemHead.summary(ItemHead.find(connection, itemId) ?? Fold.nothing, readMark(connection, partition) !== undefined)
    ))

const readLevels = (connection: Connection, partition: PartitionId, limit: number) =>
  connection.all("SELECT name, available FROM items WHERE partition = ? LIMIT ?", partition, limit).map(
    (row) => [ItemId.make(text(row, "name")), integer(row, "available")] as const
  )

/** The checkpoint of a mark while its recovery is under way. */
const NOT_WHOLE = -1

const readMark = (connection: Connection, partition: PartitionId): Mark | undefined => {
  const row = connection.get(
    "SELECT epoch, checkpoint, seen, digest FROM marks WHERE partition = ? AND checkpoint <> ?",
    partition,
    NOT_WHOLE
  )
  if (row === undefined) return undefined
  const seen = row["seen"] === null ? {} : { seen: { offset: integer(row, "seen"), digest: text(row, "digest") } }
  return { epoch: text(row, "epoch"), checkpoint: integer(row, "checkpoint"), ...seen }
}

const readAccepted = (connection: Connection, partition: PartitionId): AcceptedLog | undefined => {
  const row = connection.get("SELECT start, told FROM accepted WHERE partition = ?", partition)
  return row === undefined ? undefined : { from: integer(row, "start"), told: integer(row, "told") }
}

const readEpoch = (connection: Connection, partition: PartitionId): string | undefined => {
  const row = connection.get("SELECT epoch FROM marks WHERE partition = ?", partition)
  return row === undefined ? undefined : text(row, "epoch")
}

const beginRecovery = (partition: PartitionId, epoch: string): Job<string, never> => (connection) => {
  connection.run(
    "INSERT OR IGNORE INTO marks(partition, epoch, checkpoint) VALUES (?, ?, ?)",
    partition,
    epoch,
    NOT_WHOLE
  )
  return Result.succeed(readEpoch(connection, partition) ?? epoch)
}

const writeMark = (partition: PartitionId, mark: Mark): Job<void, MarkMoved> => (connection) => {
  const epoch = readEpoch(connection, partition)
  if (epoch !== mark.epoch) return Result.fail(new MarkMoved({ partition }))
  if (readMark(connection, partition) !== undefined) return Result.void
  connection.run("UPDATE marks SET checkpoint = ? WHERE partition = ?", mark.checkpoint, partition)
  connection.run("DELETE FROM accepted WHERE partition = ?", partition)
  sawRecord(connection, partition, mark)
  return Result.void
}

const checkpoint = (partition: PartitionId, mark: Mark): Job<void, MarkMoved> => (connection) => {
  const changed = connection.run(
    "UPDATE marks SET checkpoint = max(checkpoint, ?) WHERE partition = ? AND epoch = ? AND checkpoint <> ?",
    mark.checkpoint,
    partition,
    mark.epoch,
    NOT_WHOLE
  )
  if (changed !== 1) return Result.fail(new MarkMoved({ partition }))
  sawRecord(connection, partition, mark)
  return Result.void
}

const sawRecord = (connection: Connection, partition: PartitionId, { seen }: Mark): void => {
  if (seen === undefined) return
  connection.run(
    "UPDATE marks SET seen = ?1, digest = ?2 WHERE partition = ?3 AND coalesce(seen, -1) < ?1",
    seen.offset,
    seen.digest,
    partition
  )
}
