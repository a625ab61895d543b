/** Which log a Redis is a fold of: written once, and never taken for something else. */
import { expect, layer } from "@effect/vitest"
import { FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import { Effect } from "effect"
import * as OwnRedis from "./OwnRedis.ts"

const TWELVE = { topic: "orders", partitions: 12 }

layer(OwnRedis.layer, { excludeTestServices: true })("FoldedLog in Redis", (it) => {
  it.effect("is nothing at first, is what was written first, and stays", () =>
    Effect.gen(function*() {
      const log = yield* FoldedLog
      const { cli } = yield* OwnRedis.OwnRedis
      yield* cli("FLUSHALL")
      expect(yield* log.read).toBeUndefined()
      const both = [log.write(TWELVE), log.write({ topic: "others", partitions: 24 })]
      expect(yield* Effect.all(both, { concurrency: "unbounded" })).toEqual([TWELVE, TWELVE])
      expect(yield* log.read).toEqual(TWELVE)
      expect(yield* cli("HGETALL", "log")).toEqual(["topic", "orders", "partitions", "12"])
    }))

  it.effect.each<readonly [name: string, command: string, rest: ReadonlyArray<string>]>([
    ["lacks its number", "HSET", ["topic", "orders"]],
    ["lacks its topic", "HSET", ["partitions", "12"]],
    ["has no number", "HSET", ["topic", "orders", "partitions", "a dozen"]],
    ["has no partition", "HSET", ["topic", "orders", "partitions", "0"]],
    ["has half a partition", "HSET", ["topic", "orders", "partitions", "1.5"]],
    ["is no hash", "SET", ["12"]]
  ])("a key that %s is an error", ([, command, rest]) =>
    Effect.gen(function*() {
      const log = yield* FoldedLog
      const { cli } = yield* OwnRedis.OwnRedis
      yield* cli("FLUSHALL")
      yield* cli(command, "log", ...rest)
      const { _tag, detail } = yield* Effect.flip(log.read)
      expect(_tag).toBe("StoreUnavailable")
      expect(detail).toMatch(/the key "log" is damaged|WRONGTYPE/)
    }))
})
