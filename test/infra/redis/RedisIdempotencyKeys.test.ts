/** A key in Redis expires by itself, a day after its first use. */
import { assert, layer } from "@effect/vitest"
import { IdempotencyKeys, REMEMBERED_MILLIS } from "@flash-sale/domain/ports/IdempotencyKeys"
import { Effect } from "effect"
import * as OwnRedis from "./OwnRedis.ts"

layer(OwnRedis.layer, { excludeTestServices: true })("An idempotency key in Redis", (it) => {
  it.effect("has its expiry with its first use, which no other use moves", () =>
    Effect.gen(function*() {
      const keys = yield* IdempotencyKeys
      const { cli } = yield* OwnRedis.OwnRedis
      assert.strictEqual(yield* keys.use("key", "one"), "New")
      assert.isAbove(Number(yield* cli("PTTL", "idempotency:key")), REMEMBERED_MILLIS - 60_000)
      yield* cli("PEXPIRE", "idempotency:key", 30_000)
      assert.strictEqual(yield* keys.use("key", "two"), "Other")
      assert.strictEqual(yield* keys.use("key", "one"), "Same")
      assert.isAtMost(Number(yield* cli("PTTL", "idempotency:key")), 30_000)
      assert.strictEqual(yield* cli("GET", "idempotency:key"), "one")
    }))
})
