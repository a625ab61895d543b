/** The folded state of every item, as tables in the embedded file, by the domain's own decision. */
import type { BuyerQuestion, BuyerUnits } from "@flash-sale/domain/ports/ItemReads"
import {
  type FoldError,
  type FoldReply,
  type FoldRequest,
  ItemDamaged,
  ItemStore,
  PositionBehind
} from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved } from "@flash-sale/domain/ports/RecoveryMarks"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Effect, Layer, Result } from "effect"
import { type Connection, integer, RowDamaged, text } from "./database/Connection.ts"
import { isUp, SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import type { Job } from "./database/writing/Write.ts"
import * as BuyerRows from "./items/BuyerRows.ts"
import * as EventRows from "./items/EventRows.ts"
import * as ItemHead from "./items/ItemHead.ts"
import * as ItemLoad from "./items/ItemLoad.ts"
import * as ItemNames from "./items/ItemNames.ts"
import * as ItemSave from "./items/ItemSave.ts"
import * as MarkRows from "./items/MarkRows.ts"
import * as OpenPages from "./items/OpenPages.ts"
import * as OrderRows from "./items/OrderRows.ts"

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
      readBuyers: (questions) =>
        Effect.catch(
          database.read((connection) => questions.map((question) => readBuyer(connection, question))),
          storeUnavailable
        ),
      detectEdits: (partition, epoch) =>
        Effect.flatMap(
          Effect.catch(database.read((connection) => MarkRows.readEpoch(connection, partition)), storeUnavailable),
          (there) => there === epoch ? Effect.succeed([]) : Effect.fail(new MarkMoved({ partition }))
        ),
      levels: (partition, limit) =>
        Effect.catch(database.read((connection) => readLevels(connection, partition, limit)), storeUnavailable),
      names: (partition, from, limit) =>
        Effect.catch(
          database.read((connection) => ItemNames.read(connection, partition, from, limit)),
          storeUnavailable
        ),
      readOrder: (partition, itemId, requestId) =>
        Effect.flatMap(
          Effect.catch(
            database.read((connection) =>
              orDamaged(itemId, () => Result.succeed(OrderRows.read(connection, partition, itemId, requestId)))
            ),
            storeUnavailable
          ),
          Effect.fromResult
        ),
      openOrders: (_, itemId, from, limit) =>
        Effect.flatMap(
          Effect.catch(
            database.read((connection) =>
              orDamaged(itemId, () => Result.succeed(OpenPages.read(connection, itemId, from, limit)))
            ),
            storeUnavailable
          ),
          Effect.fromResult
        ),
      trouble: database.trouble,
      isUp: isUp(database)
    }
  })
)

/** A row that this build cannot have written stops its item, and nothing else. */
const orDamaged = <A, E>(itemId: ItemId, f: () => Result.Result<A, E>): Result.Result<A, E | ItemDamaged> => {
  try {
    return f()
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error
    return Result.fail(new ItemDamaged({ itemId, detail: error.message }))
  }
}

const fold = (request: FoldRequest): Job<FoldReply, FoldError> => (connection, { touch }) =>
  orDamaged(request.itemId, (): Result.Result<FoldReply, FoldError> => {
    const { itemId, partition } = request
    if (MarkRows.readEpoch(connection, partition) !== request.epoch) return Result.fail(new MarkMoved({ partition }))
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
        const event = request.emitEvents
          ? EventRows.ofFold(head.item, state.item, request.commands, outcomes)
          : undefined
        if (event !== undefined) {
          EventRows.add(connection, head.id, head.eventCount + 1, event)
          touch(EventRows.topic(itemId))
        }
        ItemHead.save(connection, head.id, state, head.eventCount + (event === undefined ? 0 : 1))
        return Result.succeed({
          outcomes: request.withoutOutcomes === true ? [] : outcomes,
          summary: ItemHead.summary(state, MarkRows.read(connection, partition) !== undefined)
        })
      }
    }
  })

const read = (connection: Connection, partition: PartitionId, itemId: ItemId) =>
  orDamaged(itemId, () =>
    Result.succeed(
      ItemHead.summary(
        ItemHead.find(connection, itemId) ?? Fold.nothing,
        MarkRows.read(connection, partition) !== undefined
      )
    ))

/** A damaged item says nothing of its buyers. */
const readBuyer = (connection: Connection, question: BuyerQuestion): BuyerUnits | undefined => {
  if (MarkRows.read(connection, question.partition) === undefined) return undefined
  const read = orDamaged(question.itemId, () => Result.succeed(BuyerRows.read(connection, question)))
  return Result.isSuccess(read) ? read.success : undefined
}

const readLevels = (connection: Connection, partition: PartitionId, limit: number) =>
  connection.all("SELECT name, available FROM items WHERE partition = ? LIMIT ?", partition, limit).map(
    (row) => [ItemId.make(text(row, "name")), integer(row, "available")] as const
  )
