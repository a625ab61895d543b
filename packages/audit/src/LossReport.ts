/** What a store knows and the log does not: what is given up by whoever accepts the log as it is. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, HashMap, Option, Stream } from "effect"
import * as CommonPrefix from "./CommonPrefix.ts"
import type { HaltedPartition } from "./HaltCheck.ts"
import * as PartitionFold from "./PartitionFold.ts"

/** Orders and items that are named; of the others it is said how many there are. */
const NAMED = 10

export interface LossReport {
  /** In words. */
  readonly lines: ReadonlyArray<string>
  /** What is before it is the same in the log as in the store, by the orders that both know. */
  readonly common: number
  /** The items that the store knows, with the last sensed adjustment that the log counts. */
  readonly items: ReadonlyArray<{ readonly itemId: ItemId; readonly seq: number }>
}

/** Folds the log in memory, and compares each item of the store with it. */
export const of = Effect.fnUntraced(
  function*(refusal: HaltedPartition, count: number, onRead: (records: number) => void) {
    const { end, partition, start } = refusal
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
    const lost: Array<string> = []
    const changed: Array<string> = []
    const items: Array<LossReport["items"][number]> = []
    const past = CommonPrefix.make(start)
    const known = new Set<string>()
    for (const itemId of yield* stored.items(partition)) {
      const log = fold.items.get(itemId)?.state.item
      const { dump } = yield* stored.read(partition, itemId)
      items.push({ itemId, seq: log?.seq ?? 0 })
      for (const { ref, requestId, words } of ordersOf(dump)) {
        const order = Option.getOrUndefined(log === undefined ? Option.none() : findOrder(log.orders, requestId))
        known.add(nameOf(itemId, requestId))
        past.add(ref, order)
        if (order === undefined) {
          const turned = log !== undefined && isTurned(log.rejected, requestId)
          lost.push(`order ${requestId}, item ${itemId}: ${words}${turned ? ", turned away by the log" : ""}`)
        }
      }
      const numbers = ["available", "held", "sold"].map((name) => dump.get(name) ?? "0").join(" + ")
      const others = [log?.available ?? 0, log?.held ?? 0, log?.sold ?? 0].join(" + ")
      if (numbers !== others) changed.push(`item ${itemId}: ${numbers} in the store, ${others} by the log`)
    }
    for (const [itemId, { state }] of fold.items) {
      for (const [requestId, order] of HashMap.entries(state.item.orders)) {
        if (!known.has(nameOf(itemId, requestId))) past.add(undefined, order)
      }
    }
    const unsold = [...paid].flatMap(([key, { attempt, itemId, requestId }]) => {
      const order = Option.flatMap(
        Option.fromUndefinedOr(fold.items.get(itemId)),
        ({ state }) => findOrder(state.item.orders, requestId)
      )
      return Option.isSome(order) && order.value.attempt >= attempt ? [] : [`charge ${key}`]
    })
    const lines = [
      ...(unsold.length === 0
        ? []
        : [`${unsold.length} charges were paid, and the log no longer says for what: give the money back`]),
      ...some(unsold),
      `${lost.length} orders that held units in the store are lost`,
      ...some(lost.toSorted(bySold)),
      ...(changed.length === 0 ? [] : ["units available + held + sold change"]),
      ...some(changed)
    ]
    return { lines, common: past.upTo(), items } satisfies LossReport
  }
)

/** What the provider said to be paid, by the key of the charge. */
type Paid = Map<string, { readonly itemId: ItemId; readonly requestId: string; readonly attempt: number }>

const notePaid = (paid: Paid, record: LogRecord.LogRecord): void => {
  const itemId = LogRecord.itemOf(record)
  // Most records are orders; only those that settle some are decoded once more.
  if (itemId === undefined || record.headers[LogRecord.Header.type] !== "settle") return
  const command = LogRecord.decode(itemId, record)
  if (command._tag !== "Settle") return
  for (const { attempt, outcome, requestId } of command.settlements) {
    if (outcome === "paid") paid.set(chargeKey(itemId, requestId, attempt), { itemId, requestId, attempt })
  }
}

const findOrder = <K, V>(orders: HashMap.HashMap<K, V>, requestId: string): Option.Option<V> =>
  HashMap.get(orders, requestId as K)
const isTurned = <K, V>(turned: HashMap.HashMap<K, V>, requestId: string): boolean =>
  HashMap.has(turned, requestId as K)

/** No item's id has a colon. */
const nameOf = (itemId: ItemId, requestId: string): string => `${itemId}:${requestId}`

const ORDER = ItemDump.orderOf("")

function* ordersOf(picture: ItemDump.ItemDump) {
  for (const [name, text] of picture) {
    if (!name.startsWith(ORDER)) continue
    const [state, user, amount, attempt, place] = text.split(" ")
    const ref = { attempt: Number(attempt), placedAtOffset: Number(place) }
    yield { requestId: name.slice(ORDER.length), ref, words: `${state} ${amount} for ${user}` }
  }
}

/** Those that were paid first. */
const bySold = (left: string, right: string): number => Number(isSold(right)) - Number(isSold(left))
const isSold = (line: string): boolean => / sold \d+ for [^:]*$/.test(line)

const some = (lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...lines.slice(0, NAMED).map((line) => `  ${line}`),
  ...(lines.length > NAMED ? [`  and ${lines.length - NAMED} more`] : [])
]
