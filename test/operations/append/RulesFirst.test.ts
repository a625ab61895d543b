/** What needs version 2 of the rules comes behind the record that says so, and only where it will be understood. */
import { assert, describe, it } from "@effect/vitest"
import { Backlogs, type Service } from "@flash-sale/domain/ports/Backlogs"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { LogPosition, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as RulesFirst from "@flash-sale/operations/append/RulesFirst"
import * as SaleChange from "@flash-sale/operations/items/SaleChange"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Effect, Layer } from "effect"

const OPERATOR = { by: "ann", reason: "a test" }
const itemId = ItemId.make("101")
const wide = ItemId.make("shop.101")

/** A version that the store has of the item, in a partition that is marked as wholly folded or not. */
interface Seen {
  readonly rules: number
  readonly isComplete: boolean
}

const folded = (rules: number): Seen => ({ rules, isComplete: true })

/** What was appended, as `type by`, in order; and the store as it would be, where it is not away. */
const recording = (seen: Seen | "away" | "damaged", publish: Partial<Service> = {}) =>
  Effect.gen(function*() {
    const appended: Array<string> = []
    const log = yield* OrderLog
    const store = yield* ItemStore
    const layers = Layer.mergeAll(
      Layer.succeed(OrderLog, {
        ...log,
        append: (record: NewRecord) =>
          Effect.suspend(() => {
            appended.push(`${record.headers["type"]} ${record.headers["by"]}`)
            return log.append(record) as Effect.Effect<LogPosition, never>
          })
      }),
      Layer.succeed(ItemStore, {
        ...store,
        read: (partition, item) =>
          seen === "away"
            ? Effect.fail(new StoreUnavailable({ detail: "switched off" }))
            : seen === "damaged"
            ? Effect.fail(new ItemDamaged({ itemId: item, detail: "not a number" }))
            : Effect.map(store.read(partition, item), (summary) => ({ ...summary, ...seen }))
      }),
      Layer.succeed(Backlogs, {
        publish: () => Effect.void,
        read: Effect.succeed(new Map()),
        ...publish
      })
    )
    return { appended, layers }
  })

const published = (rules: number, item: ItemId): Effect.Effect<Service["read"], never, OrderLog> =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const partition = home(item, yield* Effect.orDie(log.partitions))
    return Effect.succeed(new Map([[partition, { folded: 0, perSecond: 0, rules }]]))
  })

const hold = SaleChange.append(itemId, { holdSeconds: 600 }, OPERATOR)
const refund = Command.Refund({
  requestId: RequestId.make("r-1"),
  attempt: 1,
  restock: true,
  correlationId: CorrelationId.make("c-1")
})

const within = <A, E>(test: Effect.Effect<A, E, OrderLog | ItemStore>) => Effect.provide(test, SqliteInfra.layerMemory)

describe("RulesFirst", () => {
  it("knows what version 1 does not do", () => {
    const needed = (patch: object, item = itemId) => RulesFirst.isNeeded(item, Command.Sale({ patch }))
    assert.isTrue(needed({ holdSeconds: 1 }))
    assert.isTrue(needed({ maxHoldSeconds: 1 }))
    assert.isTrue(needed({ price: 1_000_000_001, currency: "IDR" }))
    assert.isTrue(needed({ paused: true }, wide))
    assert.isTrue(RulesFirst.isNeeded(itemId, refund))
    assert.isFalse(needed({ price: 1_000_000_000, currency: "IDR", perUserLimit: 2, paused: true }))
    assert.isFalse(needed({ holdSeconds: null, maxHoldSeconds: null }))
  })

  it.effect("the version comes first, is acknowledged, and comes once the item is seen to have it no more", () =>
    within(Effect.gen(function*() {
      const first = yield* recording(folded(1), { ownRules: 2 })
      yield* Effect.provide(hold, first.layers)
      assert.deepStrictEqual(first.appended, ["rules ann", "sale ann"])
      const known = yield* recording(folded(2), { ownRules: 2 })
      yield* Effect.provide(hold, known.layers)
      assert.deepStrictEqual(known.appended, ["sale ann"])
      const plain = yield* recording(folded(1), {})
      yield* Effect.provide(SaleChange.append(itemId, { paused: true }, OPERATOR), plain.layers)
      assert.deepStrictEqual(plain.appended, ["sale ann"])
    })))

  // Without a mark the store may have been emptied, or filled from another log, a moment ago.
  const unseen = { "away": "away", "damaged": "damaged", "not marked": { rules: 2, isComplete: false } } as const
  for (const [name, seen] of Object.entries(unseen)) {
    it.effect(`where the version cannot be seen it is sent again: the store is ${name}`, () =>
      within(Effect.gen(function*() {
        const { appended, layers } = yield* recording(seen, { ownRules: 2 })
        yield* Effect.provide(hold, layers)
        yield* Effect.provide(hold, layers)
        assert.deepStrictEqual(appended, ["rules ann", "sale ann", "rules ann", "sale ann"])
      })))
  }

  it.effect("nothing is appended where the partition's processor does not know it, or has never said", () =>
    within(Effect.gen(function*() {
      const silent = yield* recording(folded(1))
      const never = yield* Effect.flip(Effect.provide(hold, silent.layers))
      assert.propertyVal(never, "_tag", "Upgrading")
      assert.match(String(Object(never).detail), /^no processor has said which rules it knows for partition \d+/)
      const old = yield* recording(folded(1), { read: yield* published(1, itemId) })
      const refused = yield* Effect.flip(Effect.provide(hold, old.layers))
      assert.match(
        String(Object(refused).detail),
        /knows version 1 of the rules, and not 2: upgrade the processors first$/
      )
      // That of another partition says nothing.
      const other = yield* recording(folded(1), { read: yield* published(2, ItemId.make("102")) })
      assert.propertyVal(yield* Effect.flip(Effect.provide(hold, other.layers)), "_tag", "Upgrading")
      const away = yield* recording(folded(1), { read: Effect.fail(new StoreUnavailable({ detail: "switched off" })) })
      assert.propertyVal(yield* Effect.flip(Effect.provide(hold, away.layers)), "_tag", "StoreUnavailable")
      assert.deepStrictEqual([silent, old, other, away].flatMap(({ appended }) => appended), [])
      const fine = yield* recording(folded(1), { read: yield* published(2, itemId) })
      yield* Effect.provide(hold, fine.layers)
      assert.deepStrictEqual(fine.appended, ["rules ann", "sale ann"])
    })))

  it.effect("stock of an item with a wider name needs it as well", () =>
    within(Effect.gen(function*() {
      const { appended, layers } = yield* recording(folded(1), { ownRules: 2 })
      const adjustment = { command: yield* StockChange.freshId, target: 5 }
      yield* Effect.provide(StockChange.append(wide, adjustment, OPERATOR), layers)
      yield* Effect.provide(StockChange.append(itemId, adjustment, OPERATOR), layers)
      assert.deepStrictEqual(appended, ["rules ann", "adjust ann", "adjust ann"])
    })))
})
