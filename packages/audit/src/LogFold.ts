/**
 * What a whole log folds to, without anything that names an offset: two logs of the same orders fold to the same,
 * whatever their partitions are.
 */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import * as Digest from "@flash-sale/domain/records/Digest"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, Stream } from "effect"
import * as PartitionFold from "./PartitionFold.ts"
import * as Strays from "./Strays.ts"
import type { SurveyedPartition } from "./Survey.ts"

/** What an item folds to. */
export interface ItemFold {
  readonly available: number
  readonly held: number
  readonly sold: number
  readonly put: number
  /** Of everything else: each order with its state, those turned away, the sale, what its buyers hold. */
  readonly digest: string
}

export interface LogFold {
  readonly items: ReadonlyMap<ItemId, ItemFold>
  /** Records in a partition that is not their item's home, which no processor has dealt with. */
  readonly waiting: number
}

export interface Options {
  readonly log: ReadonlyArray<SurveyedPartition>
  /** Whether a record has become a dead letter. */
  readonly hasLetter: Strays.HasLetter
  /** Is called with the number of records that were read since the last call. */
  readonly onRead: (records: number) => void
}

/** Folds one partition after the other in memory, up to its surveyed end. */
export const of = Effect.fnUntraced(function*({ hasLetter, log, onRead }: Options) {
  const reader = yield* LogReader
  const items = new Map<ItemId, ItemFold>()
  const strays = Strays.make(log.length, hasLetter)
  for (const { end, partition, start } of log) {
    const fold = PartitionFold.make({ partition, count: log.length, checkpoint: undefined, only: undefined })
    yield* Stream.runForEach(reader.read(partition, start, end), (records) =>
      Effect.sync(() => {
        for (const itemId of fold.unknown(records)) fold.raise(itemId, end)
        fold.fold(records)
        for (const record of records) strays.look(record)
        onRead(records.length)
      }))
    for (const [itemId, item] of fold.items) items.set(itemId, foldOf(item))
  }
  return { items, waiting: strays.waiting() } satisfies LogFold
})

const utf8 = new TextEncoder()

const foldOf = ({ state, stopped }: PartitionFold.FoldedItem): ItemFold => {
  const { available, held, sold, stocked: put } = state.item
  const { buyers, commands, head, open, orders, refundsDue, rejected } = ItemDump.of(state)
  const lines = [
    JSON.stringify({ ...head, position: undefined }),
    ...Array.from(orders, ([id, order]) => `o ${id} ${JSON.stringify(withoutOffsets(order))}`),
    ...Array.from(open, ([id, one]) => `h ${id} ${JSON.stringify(one)}`),
    ...Array.from(refundsDue, ([id, due]) => `d ${id} ${JSON.stringify(duesOf(due))}`),
    ...Array.from(rejected, ([id, one]) => `r ${id} ${JSON.stringify(one)}`),
    ...Array.from(buyers, ([id, units]) => `b ${id} ${JSON.stringify(units)}`),
    ...Array.from(commands, ([id, n]) => `c ${id} ${JSON.stringify(n)}`),
    ...(stopped === undefined ? [] : ["stopped"])
  ]
  const value = utf8.encode(lines.toSorted().join("\n"))
  return { available, held, sold, put, digest: Digest.of({ key: undefined, timestamp: 0, value }) }
}

/** Whether a hold is confirmed counts, and not where. */
const withoutOffsets = (order: ItemDump.Stored<HeldOrder>) =>
  ItemDump.isDamaged(order) ? order : {
    ...order,
    placedAtOffset: undefined,
    hold: order.hold === undefined
      ? undefined
      : { isConfirmed: order.hold.confirmedAtOffset !== undefined, reference: order.hold.reference }
  }

const duesOf = (due: ItemDump.Stored<ReadonlyArray<RefundDue>>) =>
  ItemDump.isDamaged(due) ? due : due.map((one) => ({ ...one, offset: undefined }))

/** Items that are not the same in both, in their order. */
export const differing = (left: LogFold, right: LogFold): ReadonlyArray<ItemId> =>
  [...new Set([...left.items.keys(), ...right.items.keys()])].filter((itemId) => {
    const [here, there] = [left.items.get(itemId), right.items.get(itemId)]
    return here === undefined || there === undefined || unitsOf(here) !== unitsOf(there) || here.digest !== there.digest
  })

/** `5 put in = 1 available + 1 held + 3 sold`. */
export const unitsOf = ({ available, held, put, sold }: Omit<ItemFold, "digest">): string =>
  `${put} put in = ${available} available + ${held} held + ${sold} sold`

/** The units of all items together. */
export const total = ({ items }: LogFold): Omit<ItemFold, "digest"> =>
  [...items.values()].reduce((sum, { available, held, put, sold }) => ({
    available: sum.available + available,
    held: sum.held + held,
    put: sum.put + put,
    sold: sum.sold + sold
  }), { available: 0, held: 0, put: 0, sold: 0 })
