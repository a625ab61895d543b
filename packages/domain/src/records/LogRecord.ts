/**
 * Records of the topic `orders`: the wire form of commands. Keyed by item, the kind in the header `type`.
 *
 * **Details**: decoding never fails. A record that cannot be understood becomes the command `Unreadable`, which is
 * folded (and dead-lettered) like any other, so that a poison message never stops a partition.
 */
import * as Hold from "./checkout/Hold.ts"
import * as Command from "./Command.ts"
import { type CorrelationId, isItemId, type ItemId, type RequestId } from "./Ids.ts"
import * as Order from "./Order.ts"
import type { OrderTrace } from "./OrderTrace.ts"
import type { Offset, PartitionId } from "./Partition.ts"
import * as RecordCommands from "./wire/RecordCommands.ts"
import * as RecordHeaders from "./wire/RecordHeaders.ts"
import * as RecordValue from "./wire/RecordValue.ts"
import * as Utf8 from "./wire/Utf8.ts"

/** The names of the headers. */
export const { Header } = RecordHeaders

/** A record as it is read. Key and headers are text; the value is kept byte for byte for the dead letters. */
export interface LogRecord {
  readonly partition: PartitionId
  readonly offset: Offset
  /** The record's own time, milliseconds since 1970 (UTC). */
  readonly timestamp: number
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly headers: RecordHeaders.RecordHeaders
}

/** A record to append. Its partition is the home of its item. */
export interface NewRecord {
  readonly itemId: ItemId
  readonly value: string
  readonly headers: RecordHeaders.RecordHeaders
}

/** The partition and the offset of an appended record. */
export interface LogPosition {
  readonly partition: PartitionId
  readonly offset: Offset
}

type Encodable = Exclude<Command.Command, { readonly _tag: "Unreadable" }>

/** The record of a command. The opposite of `decode`. */
export const encode = (itemId: ItemId, command: Encodable): NewRecord => {
  switch (command._tag) {
    case "Place":
      return { itemId, value: Order.write(command.order), headers: RecordHeaders.ofPlace(command) }
    case "Settle":
      return of(itemId, "settle", RecordValue.writeSettle(command.settlements))
    case "Adjust":
      return of(itemId, "adjust", RecordValue.writeAdjust(command.adjustment))
    case "Cancel":
      return of(itemId, "cancel", RecordValue.writeOrderRef(command))
    case "GiveUp":
      return of(itemId, "give-up", RecordValue.writeOrderRef(command))
    case "Sale":
      return of(itemId, "sale", RecordValue.writeSale(command.patch))
    case "Rules":
      return of(itemId, "rules", RecordValue.writeRules(command))
    case "Hold":
      return of(itemId, "hold", Hold.write(command.order), RecordHeaders.ofHold(command))
    case "Confirm":
      return concerning(of(itemId, "confirm", RecordValue.writeConfirm(command)), command.requestId, command)
    case "Expire":
      return of(itemId, "expire", RecordValue.writeExpire(command))
    case "Refund":
      return concerning(of(itemId, "refund", RecordValue.writeRefund(command)), command.requestId, command)
  }
}

/** The record of a command about one order, with the headers by which everything about the order is found. */
export const concerning = (record: NewRecord, requestId: RequestId, trace: OrderTrace): NewRecord => ({
  ...record,
  headers: { ...record.headers, ...RecordHeaders.ofOrder(requestId, trace) }
})

const of = (
  itemId: ItemId,
  type: RecordHeaders.RecordType,
  value: string,
  headers: RecordHeaders.RecordHeaders = {}
): NewRecord => ({ itemId, value, headers: { [Header.type]: type, ...headers } })

/** The item that a record belongs to; undefined where its key is no item id: it has no home and is not folded. */
export const itemOf = (record: Pick<LogRecord, "key">): ItemId | undefined =>
  isItemId(record.key) ? record.key : undefined

/** The command of a record under the key of `itemId`. */
export const decode = (itemId: ItemId, record: LogRecord): Command.Command => {
  const text = Utf8.textOf(record.value)
  if (text === undefined) return RecordCommands.unreadable(record, "the value is not UTF-8")
  switch (RecordHeaders.typeOf(record.headers)) {
    case "place":
      return RecordCommands.place(itemId, record, text)
    case "settle":
      return from(record, RecordValue.readSettle(text), (body) => Command.Command.Settle(body))
    case "adjust":
      return from(record, RecordValue.readAdjust(text), (adjustment) => Command.Command.Adjust({ adjustment }))
    case "cancel":
      return from(record, RecordValue.readOrderRef(text), Command.Command.Cancel)
    case "give-up":
      return from(record, RecordValue.readOrderRef(text), Command.Command.GiveUp)
    case "sale":
      return from(record, RecordValue.readSale(text), (patch) => Command.Command.Sale({ patch }))
    case "rules":
      return from(record, RecordValue.readRules(text), Command.Command.Rules)
    case "hold":
      return RecordCommands.hold(itemId, record, text)
    case "confirm":
      return RecordCommands.confirm(record, text)
    case "expire":
      return from(record, RecordValue.readExpire(text), Command.Command.Expire)
    case "refund":
      return RecordCommands.refund(record, text)
    case undefined:
      return RecordCommands.unreadable(record, "the header type names no kind of record")
  }
}

const { from } = RecordCommands

/** The correlation id that a record carries; undefined where it carries none, or no valid one. */
export const correlationIdOf = ({ headers }: Pick<LogRecord, "headers">): CorrelationId | undefined =>
  RecordHeaders.correlationIdOf(headers)

/**
 * The correlation id of an order that came without one: made of its position, so that a refold makes the same. And what
 * ties a record to its order, by its headers.
 */
export const { defaultCorrelationId, traceOf } = RecordCommands
