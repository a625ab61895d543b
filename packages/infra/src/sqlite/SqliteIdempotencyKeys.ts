/** Idempotency keys in the embedded file. Like claims of orders they do not wait for the disk: the append does. */
import { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import { Effect, Layer } from "effect"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as StatusClock from "./statuses/StatusClock.ts"
import * as KeyWrite from "./writes/KeyWrite.ts"

export const layer: Layer.Layer<IdempotencyKeys, never, SqliteDatabase> = Layer.effect(
  IdempotencyKeys,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const time = yield* StatusClock.make
    return {
      use: (key, request) =>
        Effect.catch(
          database.writeSoon(KeyWrite.use, { key, request, now: time.now().millis }),
          storeUnavailable
        )
    }
  })
)
