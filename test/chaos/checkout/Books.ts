/** The books as the log alone has them, by the domain's pure fold, and what must be so of them at the end. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { Command } from "@flash-sale/domain/records/Command"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { type HeldOrder, isBalanced, type Item } from "@flash-sale/domain/rules/Item"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import * as Infra from "@flash-sale/infra/Infra"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import { Effect, HashMap, Layer, Logger, Option, Stream } from "effect"
import { expect } from "vitest"
import type * as ProviderProcess from "../../infra/payment/ProviderProcess.ts"

export interface Book {
  readonly commands: ReadonlyArray<Command>
  readonly item: Item
}
export type Books = ReadonlyMap<string, Book>

/** What was read of one item so far. */
interface Page {
  readonly commands: Array<Command>
  state: Fold.Folded
}

/** Adds the records to the books of their items, folded one by one. */
const enter = (pages: Map<string, Page>, records: ReadonlyArray<LogRecord.LogRecord>): void => {
  for (const record of records) {
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined) continue
    let page = pages.get(itemId)
    if (page === undefined) pages.set(itemId, page = { commands: [], state: Fold.nothing })
    const command = LogRecord.decode(itemId, record)
    page.commands.push(command)
    const commands = [{ offset: record.offset, command }]
    const result = Fold.fold(page.state, { expected: undefined, commands, published: [] })
    if (result._tag !== "Folded") throw new Error(`${itemId} at offset ${record.offset}: ${JSON.stringify(result)}`)
    page.state = result.state
  }
}

/** The pages of all items, by the whole log. What is read is not kept: it may be a million records. */
const readAll = Effect.gen(function*() {
  const reader = yield* LogReader
  const pages = new Map<string, Page>()
  for (let partition = 0; partition < (yield* reader.partitions); partition++) {
    const at = PartitionId.make(partition)
    const { end, start } = yield* reader.bounds(at)
    yield* Stream.runForEach(reader.read(at, start, end), (records) => Effect.sync(() => enter(pages, records)))
  }
  return pages
})

const readFrom = async <E>(reader: Layer.Layer<LogReader, E>): Promise<Books> => {
  const pages = await Effect.runPromise(Effect.provide(readAll, Layer.provide(reader, Logger.layer([]))))
  return new Map([...pages].map(([itemId, { commands, state }]) => [itemId, { commands, item: state.item }]))
}

/** Reads the whole log, and folds it by the rules alone. */
export const read = (broker: string): Promise<Books> =>
  readFrom(Infra.layerReader({ ...KafkaSettings.defaults, brokers: [broker] }))

/** The same of the log in the embedded file in this folder. */
export const readFile = (dataDir: string): Promise<Books> => readFrom(Infra.layerItemsBeside({ dataDir }))

export const orderOf = (books: Books, itemId: string, id: string): HeldOrder | undefined => {
  const book = books.get(itemId)
  return book === undefined ? undefined : Option.getOrUndefined(HashMap.get(book.item.orders, id as RequestId))
}

/** The payments that are due back under a request id. */
export const dueOf = (books: Books, itemId: string, id: string): ReadonlyArray<string> => {
  const book = books.get(itemId)
  const due = book === undefined ? Option.none() : HashMap.get(book.item.refundsDue, id as RequestId)
  return Option.getOrElse(due, () => []).map(({ reference }) => reference)
}

/** Every item balances, nothing is open, and each order that is sold is so for one charge or one reference. */
export const sound = async (books: Books, provider: ProviderProcess.Running): Promise<void> => {
  const { conflicts, entries } = await Effect.runPromise(provider.ledger)
  expect(conflicts).toEqual([])
  const charged = new Map(Object.entries(entries))
  const wrong: Array<string> = []
  for (const [itemId, { item }] of books) {
    if (!isBalanced(item) || item.held !== 0) wrong.push(`${itemId}: ${item.available} ${item.held} ${item.sold}`)
    for (const [id, order] of HashMap.entries(item.orders)) {
      const key = `${itemId}:${id}:${order.attempt}`
      const charge = charged.get(key)
      charged.delete(key)
      const isCharged = order.state === "sold" && order.hold?.reference === undefined
      const kept = (charge?.charges ?? 0) - (charge?.refunds ?? 0)
      if (kept !== (isCharged ? 1 : 0)) wrong.push(`${key} ${order.state}: ${JSON.stringify(charge)}`)
      if (!["sold", "released", "refunded"].includes(order.state)) wrong.push(`${key} is ${order.state}`)
    }
  }
  // Earlier attempts of orders that were tried again are charged under keys of their own.
  for (const [key, { charges, refunds }] of charged) if (charges !== refunds) wrong.push(`${key}: charged for nothing`)
  expect(wrong).toEqual([])
}

/** In the log of every item `rules 2` comes before the first record that needs it. */
export const rulesFirst = (books: Books): void => {
  const early: Array<string> = []
  for (const [itemId, { commands }] of books) {
    const first = commands.findIndex(RulesVersions.needsCheckout)
    const rules = commands.findIndex((command) => command._tag === "Rules" && command.version === 2)
    if (first !== -1 && (rules === -1 || rules > first)) early.push(itemId)
  }
  expect(early).toEqual([])
}
