/** Idempotency keys in the embedded file. Like claims of orders they do not wait for the disk: the append does. */
import { IdempotencyKeys, type KeyUse, REMEMBERED_MILLIS, useOf } from "@flash-sale/domain/ports/IdempotencyKeys"
import { Effect, Layer, Result } from "effect"
import { text } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as StatusClock from "./statuses/StatusClock.ts"

/** Expired rows that one use deletes: more than it can add, so that they do not pile up. */
const EXPIRED_STEP = 100

const SWEEP = `
DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE expires <= ? LIMIT ${EXPIRED_STEP})`

export const layer: Layer.Layer<IdempotencyKeys, never, SqliteDatabase> = Layer.effect(
  IdempotencyKeys,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const time = yield* StatusClock.make
    return {
      use: (key, request) =>
        Effect.catch(
          database.writeSoon((connection): Result.Result<KeyUse> => {
            const now = time.now()
            connection.run(SWEEP, now)
            const row = connection.get("SELECT request FROM idempotency WHERE key = ? AND expires > ?", key, now)
            if (row !== undefined) return Result.succeed(useOf(text(row, "request"), request))
            connection.run("INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?)", key, request, now + REMEMBERED_MILLIS)
            return Result.succeed("New")
          }),
          storeUnavailable
        )
    }
  })
)
