/** A key is forgotten after a day, by a clock that the test moves. */
import { assert, it } from "@effect/vitest"
import { IdempotencyKeys, REMEMBERED_MILLIS } from "@flash-sale/domain/ports/IdempotencyKeys"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"

it.effect("a key is remembered for a day from its first use, and belongs to nobody then", () =>
  Effect.gen(function*() {
    const keys = yield* IdempotencyKeys
    assert.strictEqual(yield* keys.use("key", "one"), "New")
    yield* TestClock.adjust(Duration.millis(REMEMBERED_MILLIS - 1))
    assert.strictEqual(yield* keys.use("key", "two"), "Other")
    yield* TestClock.adjust(Duration.millis(1))
    assert.strictEqual(yield* keys.use("key", "two"), "New")
    assert.strictEqual(yield* keys.use("key", "one"), "Other")
  }).pipe(Effect.provide(SqliteInfra.layerMemory)))
