/** The commands of each item, gathered from a partition: a fold in few large calls costs the store least. */
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Stream } from "effect"

export interface CommandBatch {
  readonly commands: ReadonlyMap<ItemId, ReadonlyArray<LoggedCommand>>
  readonly records: number
  /** Whether it is the last one of the partition. */
  readonly isLast: boolean
}

/** Gathers the records of the items that are at home here. */
export const of = <E, R>(
  reading: Stream.Stream<ReadonlyArray<LogRecord.LogRecord>, E, R>,
  isHome: (itemId: ItemId) => boolean
): Stream.Stream<CommandBatch, E, R> =>
  Stream.suspend(() => {
    let commands = new Map<ItemId, Array<LoggedCommand>>()
    let count = 0
    const take = (isLast: boolean): CommandBatch => {
      const gathered = { commands, records: count, isLast }
      commands = new Map()
      count = 0
      return gathered
    }
    const add = (record: LogRecord.LogRecord): void => {
      const itemId = LogRecord.itemOf(record)
      if (itemId === undefined) return
      if (!commands.has(itemId) && !isHome(itemId)) return
      FoldBatches.add(commands, itemId, { offset: record.offset, command: LogRecord.decode(itemId, record) })
    }
    const gather = (records: ReadonlyArray<LogRecord.LogRecord>): ReadonlyArray<CommandBatch> => {
      for (const record of records) add(record)
      count += records.length
      return count < FoldBatches.GATHERED_RECORDS ? [] : [take(false)]
    }
    return Stream.concat(
      Stream.flatMap(reading, (records) => Stream.fromIterable(gather(records))),
      Stream.suspend(() => Stream.succeed(take(true)))
    )
  })
