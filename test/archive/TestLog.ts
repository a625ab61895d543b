/** A log in memory that is read like any other, and records as gateways and processors append them. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { Command } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import { Effect, Layer, Stream } from "effect"

/** The log of these tests has one partition, in which every item is at home. */
export const PARTITIONS = 1
export const partition = PartitionId.make(0)

const utf8 = new TextEncoder()
const BATCH = 7

export type Encodable = Exclude<Command, { readonly _tag: "Unreadable" }>

/** An order is of the item whose record it is. */
const ofItem = (itemId: ItemId, command: Encodable): Encodable => {
  if (command._tag === "Place") return { ...command, order: { ...command.order, itemId } }
  return command._tag === "Hold" ? { ...command, order: { ...command.order, itemId } } : command
}

/** Orders are cancelled and given back by hand. */
const authorOf = ({ _tag }: Encodable): RecordHeaders.RecordHeaders =>
  _tag === "Cancel" || _tag === "Refund" ? RecordHeaders.ofOperator({ by: "ann", reason: "the buyer called" }) : {}

/** The records of these commands, one after the other from this offset on. */
export const recordsOf = (
  commands: ReadonlyArray<readonly [item: string, command: Encodable]>,
  from = 0
): ReadonlyArray<LogRecord.LogRecord> =>
  commands.map(([item, command], n) => {
    const itemId = ItemId.make(item)
    const { headers, value } = LogRecord.encode(itemId, ofItem(itemId, command))
    return {
      partition: home(itemId, PARTITIONS),
      offset: Offset.make(from + n),
      timestamp: 1_000 + from + n,
      key: itemId,
      value: utf8.encode(value),
      headers: { ...headers, ...authorOf(command) }
    }
  })

/** Reads what `now` gives, `size` records at once. */
export const layer = (now: () => ReadonlyArray<LogRecord.LogRecord>, size = BATCH) =>
  Layer.merge(
    Layer.succeed(LogReader, {
      partitions: Effect.succeed(PARTITIONS),
      bounds: () =>
        Effect.sync(() => {
          const records = now()
          return { start: records[0]?.offset ?? Offset.make(0), end: Offset.make((records.at(-1)?.offset ?? -1) + 1) }
        }),
      committed: () => Effect.undefined,
      read: (_, from, until) =>
        Stream.suspend(() => {
          const records = now().filter(({ offset }) => offset >= from && offset < until)
          const batches = Array.from(
            { length: Math.ceil(records.length / size) },
            (_, n) => records.slice(n * size, (n + 1) * size)
          )
          return Stream.fromIterable(batches)
        }),
      damage: () => Effect.undefined
    }),
    Layer.mock(RecoveryMarks, { read: () => Effect.undefined, accepted: () => Effect.undefined })
  )
