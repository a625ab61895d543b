/** The items in Redis, by scripts. A batch of a script takes effect wholly or not at all: docs/exactly-once.md. */
import type { BuyerQuestion } from "@flash-sale/domain/ports/ItemReads"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Schema } from "effect"
import * as NamePages from "./client/NamePages.ts"
import { chunked } from "./client/StatusBatches.ts"
import { unavailable, type WrongContent } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import * as RedisFolds from "./RedisFolds.ts"
import * as OrderReads from "./RedisOrderReads.ts"
import * as StockEdits from "./RedisStockEdits.ts"
import { Scripts } from "./Scripts.ts"
import * as BuyerWire from "./wire/BuyerWire.ts"
import * as FoldWire from "./wire/FoldWire.ts"

const decodeLevel = Schema.decodeUnknownOption(Schema.FiniteFromString)

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts

  const folds = yield* RedisFolds.make(scripts)

  const read = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
    const keys = [Keys.mark(partition), Keys.items(partition), Keys.inventory(itemId), Keys.meta(itemId)]
    const [mended, texts] = yield* Effect.mapError(scripts.readItem(keys, [String(partition), itemId]), damaged(itemId))
    yield* StockEdits.reportMended(itemId, mended)
    return FoldWire.summary(itemId, texts)
  })

  const readBuyers = (questions: ReadonlyArray<BuyerQuestion>) =>
    Effect.map(
      chunked(questions, (some) => {
        const { args, keys, order } = BuyerWire.call(some, buyerKeys)
        return Effect.map(scripts.readBuyers(keys, args), (answers) => BuyerWire.answers(order, answers))
      }),
      (chunks) => chunks.flat()
    )

  return ItemStore.of({
    fold: folds.ask,
    read,
    readBuyers,
    detectEdits: StockEdits.make(redis, scripts),
    levels: levelsOf(redis),
    ...OrderReads.make(scripts, damaged),
    names: (partition, from, limit) => {
      const scan: NamePages.Scan<StoreUnavailable | WrongContent> = (cursor, count) =>
        redis.use((client) => client.sscan(Keys.items(partition), cursor, "COUNT", count))
      return Effect.mapError(NamePages.read(scan, from, limit), unavailable)
    },
    trouble: redis.trouble,
    isUp: redis.isUp
  })
})

/** Of each item the number that operators read as well; of a damaged one there is none. */
const levelsOf = (redis: IoRedis["Service"]): ItemStore["Service"]["levels"] =>
  Effect.fnUntraced(function*(partition, limit) {
    const names = yield* redis.use((client) => client.srandmember(Keys.items(partition), limit))
    const items = names.map((name) => ItemId.make(name))
    if (items.length === 0) return []
    const levels = yield* redis.use((client) => client.mget(items.map(Keys.inventory)))
    return items.flatMap((itemId, index) => {
      const level = decodeLevel(levels[index])
      return Option.isSome(level) ? [[itemId, level.value] as const] : []
    })
  }, Effect.mapError(unavailable))

const buyerKeys = ({ itemId, partition }: BuyerQuestion): ReadonlyArray<string> => [
  Keys.mark(partition),
  Keys.meta(itemId),
  Keys.buyers(itemId),
  Keys.orders(itemId)
]

const damaged = (itemId: ItemId) => (error: StoreUnavailable | WrongContent): StoreUnavailable | ItemDamaged =>
  error._tag === "WrongContent" ? new ItemDamaged({ itemId, detail: error.detail }) : error

/** Items in Redis. Redis may be away at any time: operations then fail with `StoreUnavailable`. */
export const layer: Layer.Layer<ItemStore, never, IoRedis | Scripts> = Layer.effect(ItemStore, make)
