/** All items, page by page, on an embedded file. */
import { assert, describe, it } from "@effect/vitest"
import { NamesCursor } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type AppendRefused, AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import * as Infra from "@flash-sale/infra/Infra"
import * as AllItems from "@flash-sale/operations/items/AllItems"
import * as EveryItem from "@flash-sale/operations/items/EveryItem"
import * as ItemList from "@flash-sale/operations/items/ItemList"
import * as ItemView from "@flash-sale/operations/items/ItemView"
import * as KnownItem from "@flash-sale/operations/items/KnownItem"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import * as Cursor from "@flash-sale/operations/paging/Cursor"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import * as Folders from "../../infra/sqlite/Folders.ts"

const TIMEOUT = 30_000
const ITEMS = 23
const names = Array.from({ length: ITEMS }, (_, n) => ItemId.make(`item-${n}`))

const engine = (dataDir: string) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provide(Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })),
    Layer.provideMerge(Layer.orDie(Infra.layerEmbedded({ dataDir }))),
    Layer.provide(Logger.layer([]))
  )

/** Puts one unit of each item in, and waits until it counts. */
const stocked = Effect.forEach(names, (itemId, n) =>
  Effect.gen(function*() {
    const command = CommandId.make(`put-${n}`)
    const position = yield* StockChange.append(itemId, { command, target: n }, { by: "ann" })
    return yield* StockChange.awaitEffect(itemId, position)
  }))

const pages = Effect.fnUntraced(function*(limit: number) {
  const found: Array<ReadonlyArray<ItemList.ListedItem>> = []
  let cursor: string | undefined
  do {
    const page: Cursor.Page<ItemList.ListedItem> = yield* ItemList.list({ cursor, limit })
    found.push(page.entries)
    cursor = page.next
  } while (cursor !== undefined)
  return found
})

/** The log, of which these items' appends fail. */
const failing = (
  log: OrderLog["Service"],
  errorOf: (itemId: string) => AppendRefused | AppendUnknown | undefined
): OrderLog["Service"] => ({
  ...log,
  append: (record) => {
    const error = errorOf(record.itemId)
    return error === undefined ? log.append(record) : Effect.fail(error)
  }
})

describe("ItemList", () => {
  it.live(
    "every item is on one page, with its counts and its place; a foreign cursor is found out",
    () =>
      Effect.gen(function*() {
        yield* Effect.gen(function*() {
          assert.deepStrictEqual(yield* pages(5), [[]])
          yield* stocked
          const log = yield* OrderLog
          const count = yield* log.partitions
          for (const limit of [1, 5, 200]) {
            const found = yield* pages(limit)
            const all = found.flat()
            assert.deepStrictEqual(all.map(({ itemId }) => itemId).toSorted(), names.toSorted())
            assert.isTrue(found.every(({ length }) => length <= limit))
            for (const { itemId, partition, summary } of all) {
              assert.strictEqual(partition, home(itemId, count))
              assert.strictEqual(summary?.available, names.indexOf(itemId))
            }
          }
          const one = yield* ItemList.one(names[3]!)
          assert.deepInclude(ItemView.ofListed(one), {
            item_id: names[3]!,
            available: 3,
            stocked: 3,
            sale: { paused: false },
            partition: home(names[3]!, count)
          })
          const forged = [
            Cursor.make("letters", "0", ""),
            Cursor.make("items", String(count), ""),
            Cursor.make("items", "-1", ""),
            Cursor.make("items", "0", "not a place"),
            Cursor.make("items", "0", `${"9".repeat(20)}:`),
            "nonsense!"
          ]
          for (const cursor of forged) {
            assert.strictEqual((yield* Effect.flip(ItemList.list({ cursor, limit: 5 })))._tag, "InvalidCursor")
          }
        }).pipe(Effect.provide(engine(yield* Folders.temporary)))
      }).pipe(Effect.scoped),
    TIMEOUT
  )

  it.live("every item is paused, past those that fail, and the records say who and why", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        yield* stocked
        const log = yield* OrderLog
        const operator = { by: "ann", reason: "a wrong price" }
        const lost = new AppendUnknown({ detail: "no answer" })
        const records: Array<LogRecord.NewRecord> = []
        const failingLog = failing(log, (itemId) => itemId === "item-7" ? lost : undefined)
        const noting = {
          ...failingLog,
          append: (record: LogRecord.NewRecord) => {
            records.push(record)
            return failingLog.append(record)
          }
        }
        const result = yield* Effect.provideService(
          EveryItem.change(yield* AllItems.list, { paused: true }, operator),
          OrderLog,
          noting
        )
        assert.deepStrictEqual(result, {
          total: ITEMS,
          done: ITEMS - 1,
          failed: [{ itemId: ItemId.make("item-7"), code: "outcome_unknown" }],
          incomplete: []
        })
        assert.isTrue(records.every(({ headers }) => RecordHeaders.operatorOf(headers)?.reason === operator.reason))
        for (const itemId of names) {
          const isPaused = Effect.map(KnownItem.read(itemId), ({ settings }) => settings.paused)
          yield* Effect.repeat(isPaused, { until: (paused) => paused === (itemId !== "item-7") })
        }
        // What another command did meanwhile stays: only the pause is changed.
        yield* log.append(LogRecord.encode(names[0]!, Command.Sale({ patch: { perUserLimit: 3 } })))
        const resumed = yield* EveryItem.change(yield* AllItems.list, { paused: false }, operator)
        assert.deepStrictEqual(resumed, { total: ITEMS, done: ITEMS, failed: [], incomplete: [] })
        yield* Effect.repeat(KnownItem.read(names[0]!), { until: ({ settings }) => !settings.paused })
        assert.strictEqual((yield* KnownItem.read(names[0]!)).settings.perUserLimit, 3)
      }).pipe(Effect.provide(engine(yield* Folders.temporary)))
    }).pipe(Effect.scoped), TIMEOUT)

  it.live("where the items cannot be listed to the end none is changed", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        yield* stocked
        const log = yield* OrderLog
        const store = yield* ItemStore
        const records: Array<LogRecord.NewRecord> = []
        const noting = OrderLog.of({
          ...log,
          append: (record) => {
            records.push(record)
            return log.append(record)
          }
        })
        const away = new StoreUnavailable({ detail: "gone after the first page" })
        const leaving = ItemStore.of({
          ...store,
          names: (_, from, limit) =>
            from === undefined
              ? Effect.succeed({
                itemIds: Array.from({ length: limit }, (_, n) => ItemId.make(`many-${n}`)),
                next: NamesCursor.make("0:many")
              })
              : Effect.fail(away)
        })
        const change = Effect.flatMap(
          AllItems.list,
          (listed) => EveryItem.change(listed, { paused: true }, { by: "ann", reason: "a wrong price" })
        ).pipe(
          Effect.provideService(OrderLog, noting),
          Effect.provideService(ItemStore, leaving)
        )
        assert.deepStrictEqual(yield* Effect.flip(change), away)
        assert.deepStrictEqual(records, [])
      }).pipe(Effect.provide(engine(yield* Folders.temporary)))
    }).pipe(Effect.scoped), TIMEOUT)

  it.live(
    "of a change that takes too long each item is told by how far it came, and none by an error",
    () =>
      Effect.gen(function*() {
        yield* Effect.gen(function*() {
          const log = yield* OrderLog
          const many = Array.from({ length: 200 }, (_, n) => ItemId.make(`many-${n}`))
          const silent = OrderLog.of({
            ...log,
            append: (record) => record.itemId === "many-0" ? log.append(record) : Effect.never
          })
          const { done, failed, total } = yield* EveryItem.change(
            { names: new Set(many), incomplete: [] },
            { paused: true },
            { by: "ann" },
            { within: "200 millis" }
          ).pipe(Effect.provideService(OrderLog, silent))
          const codes = new Map(failed.map(({ code, itemId }): readonly [string, string] => [itemId, code]))
          assert.deepStrictEqual([total, done, failed.length], [200, 1, 199])
          assert.strictEqual(codes.get("many-0"), undefined)
          assert.strictEqual(codes.get("many-1"), "outcome_unknown")
          assert.strictEqual(codes.get("many-199"), "not_tried")
        }).pipe(Effect.provide(engine(yield* Folders.temporary)))
      }).pipe(Effect.scoped),
    TIMEOUT
  )
})
