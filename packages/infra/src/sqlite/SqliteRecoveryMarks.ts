/** The marks of the partitions, as rows of the embedded file. */
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Effect, Layer } from "effect"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as MarkRows from "./items/MarkRows.ts"

/** A complete mark waits for the disk; a checkpoint may be lost by a power cut, as it may lag. */
export const layer: Layer.Layer<RecoveryMarks, never, SqliteDatabase> = Layer.effect(
  RecoveryMarks,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const writing = { SqliteUnavailable: storeUnavailable, SqliteUnknown: storeUnavailable }
    return {
      read: (partition) =>
        Effect.catch(database.read((connection) => MarkRows.read(connection, partition)), storeUnavailable),
      accepted: (partition) =>
        Effect.catch(database.read((connection) => MarkRows.readAccepted(connection, partition)), storeUnavailable),
      begin: (partition, epoch) => Effect.catchTags(database.writeSoon(MarkRows.begin(partition, epoch)), writing),
      complete: (partition, mark) => Effect.catchTags(database.write(MarkRows.complete(partition, mark)), writing),
      checkpoint: (partition, mark) =>
        Effect.catchTags(database.writeSoon(MarkRows.checkpoint(partition, mark)), writing),
      // A file is opened once for as long as its engine lives, and forgets nothing.
      session: Effect.succeed(0)
    }
  })
)
