/** Having Redis become the fold of another log. */
import { describe, expect, layer } from "@effect/vitest"
import { FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import { MoveRefused, StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Effect, Layer } from "effect"
import * as OwnRedis from "./OwnRedis.ts"

const FROM = { topic: "orders", partitions: 3 }
const TO = { topic: "orders-5", partitions: 5 }
const KEPT = ItemId.make("shoes")

const items = Layer.provideMerge(
  Layer.unwrap(Effect.map(OwnRedis.OwnRedis, ({ address }) => RedisInfra.layerItems(address))),
  OwnRedis.layer
)

layer(items, { excludeTestServices: true })("RedisStoreMove", (it) => {
  describe("replaceLog", () => {
    it.effect("names the other log once no mark is there, and leaves nothing of the present one's partitions", () =>
      Effect.gen(function*() {
        const { cli } = yield* OwnRedis.OwnRedis
        const { replaceLog } = yield* StoreMove
        const log = yield* FoldedLog
        yield* cli("FLUSHALL")
        yield* log.write(FROM)
        yield* cli("HSET", "fold:2", "epoch", "e")
        yield* cli("SADD", "fold:1:items", KEPT)
        yield* cli("HSET", "backlog", "2", "17 100")
        const move = { from: FROM, to: TO, kept: [KEPT] }
        expect(yield* Effect.flip(replaceLog(move))).toEqual(new MoveRefused({ why: "Folding" }))
        expect(yield* log.read).toEqual(FROM)
        yield* cli("DEL", "fold:2")
        const other = { ...move, from: { ...FROM, partitions: 4 } }
        expect(yield* Effect.flip(replaceLog(other))).toEqual(new MoveRefused({ why: "OtherLog" }))
        expect(yield* log.read).toEqual(FROM)
        yield* replaceLog(move)
        expect(yield* log.read).toEqual(TO)
        expect(yield* cli("SMEMBERS", `fold:${home(KEPT, TO.partitions)}:items`)).toEqual([KEPT])
        expect(yield* cli("DBSIZE")).toBe(2)
      }))
  })

  describe("forgetOffsets", () => {
    it.effect("takes the offset out of a status and nothing else, once", () =>
      Effect.gen(function*() {
        const { cli } = yield* OwnRedis.OwnRedis
        const { forgetOffsets } = yield* StoreMove
        yield* cli("FLUSHALL")
        const status = (end: string) =>
          `{"request_id":"a\\",\\"place\\":9","status":"RESERVED","fingerprint":"f"${end}}`
        yield* cli("SET", "order_status:a", status(`,"place":17`), "PX", 60_000)
        yield* cli("SET", "order_status:claim", status(`,"lease":"g"`))
        yield* cli("LPUSH", "order_status:list", "x")
        expect(yield* forgetOffsets).toBe(1)
        expect(yield* cli("GET", "order_status:a")).toBe(status(""))
        expect(yield* cli("PTTL", "order_status:a")).toBeGreaterThan(0)
        expect(yield* cli("GET", "order_status:claim")).toBe(status(`,"lease":"g"`))
        expect(yield* forgetOffsets).toBe(0)
      }))
  })
})
