/** What a store knows and the log does not: what is lost where the log is accepted as it is. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, HashMap, Option, Stream } from "effect"
import type { HaltedPartition } from "./HaltCheck.ts"
import * as PartitionFold from "./PartitionFold.ts"

/** Orders and items that are named; the others are counted. */
const NAMED = 10

export interface LossReport {
  /** In words. */
  readonly lines: ReadonlyArray<string>
  /** The items that the store knows, with the last sensed adjustment that the log counts. */
  readonly items: ReadonlyArray<{ readonly itemId: ItemId; readonly seq: number }>
}

/** Folds the log in memory, and compares each item of the store with it. */
export const of = Effect.fnUntraced(
  function*(halted: HaltedPartition, count: number, onRead: (records: number) => void) {
    const { end, partition, start } = halted
    const reader = yield* LogReader
    const stored = yield* StoredItems
    const fold = PartitionFold.make({ partition, count, checkpoint: end, only: undefined })
    const paid: Paid = new Map()
    yield* Stream.runForEach(reader.read(partition, start, end, "as is"), (records) =>
      Effect.sync(() => {
        for (const itemId of fold.unknown(records)) fold.raise(itemId, end)
        fold.fold(records)
        for (const record of records) notePaid(paid, record)
        onRead(records.length)
      }))
    const lost: Array<LostOrder> = []
    const changed: Array<string> = []
    const items: Array<LossReport["items"][number]> = []
    for (const itemId of yield* stored.items(partition)) {
      const log = ItemDump.of(fold.items.get(itemId)?.state ?? Fold.nothing)
      const { dump } = yield* stored.read(partition, itemId)
      items.push({ itemId, seq: fold.items.get(itemId)?.state.item.seq ?? 0 })
      for (const [requestId, order] of dump.orders) {
        if (log.orders.has(requestId)) continue
        const turned = log.rejected.has(requestId) ? ", turned away by the log" : ""
        lost.push({ order, line: `order ${requestId}, item ${itemId}: ${wordsOf(order)}${turned}` })
      }
      const [there, here] = [unitsOf(dump), unitsOf(log)]
      if (there !== here) changed.push(`item ${itemId}: ${there} in the store, ${here} by the log`)
    }
    const unsold = [...paid].flatMap(([key, { attempt, itemId, requestId }]) => {
      const order = Option.flatMap(
        Option.fromUndefinedOr(fold.items.get(itemId)),
        ({ state }) => HashMap.get(state.item.orders, requestId)
      )
      return Option.isSome(order) && order.value.attempt >= attempt ? [] : [`charge ${key}`]
    })
    const lines = [
      ...(unsold.length === 0
        ? []
        : [`${unsold.length} charges were paid, and the log no longer says for what: give the money back`]),
      ...some(unsold),
      `${lost.length} orders that held units in the store are lost`,
      ...some(lost.toSorted(bySold).map(({ line }) => line)),
      ...(changed.length === 0 ? [] : ["units available + held + sold change"]),
      ...some(changed)
    ]
    return { lines, items } satisfies LossReport
  }
)

/** What was paid by the word of the provider, by the key of the charge. */
type Paid = Map<string, { readonly itemId: ItemId; readonly requestId: RequestId; readonly attempt: number }>

const notePaid = (paid: Paid, record: LogRecord.LogRecord): void => {
  const itemId = LogRecord.itemOf(record)
  // Most records are orders. Those that settle some are decoded once more.
  if (itemId === undefined || record.headers[LogRecord.Header.type] !== "settle") return
  const command = LogRecord.decode(itemId, record)
  if (command._tag !== "Settle") return
  for (const { attempt, outcome, requestId } of command.settlements) {
    if (outcome === "paid") paid.set(chargeKey(itemId, requestId, attempt), { itemId, requestId, attempt })
  }
}

/** An order that only the store knows. */
interface LostOrder {
  readonly order: ItemDump.Stored<HeldOrder>
  readonly line: string
}

const wordsOf = (order: ItemDump.Stored<HeldOrder>): string =>
  ItemDump.isDamaged(order) ? order.text : `${order.state} ${order.amount} for ${order.userId}`

const unitsOf = ({ head }: ItemDump.ItemDump): string =>
  [head.available, head.held, head.sold].map((units) => ItemDump.isDamaged(units) ? units.text : units).join(" + ")

/** Those that were paid first. */
const bySold = (left: LostOrder, right: LostOrder): number => Number(isSold(right)) - Number(isSold(left))
const isSold = ({ order }: LostOrder): boolean => !ItemDump.isDamaged(order) && order.state === "sold"

const some = (lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...lines.slice(0, NAMED).map((line) => `  ${line}`),
  ...(lines.length > NAMED ? [`  and ${lines.length - NAMED} more`] : [])
]
