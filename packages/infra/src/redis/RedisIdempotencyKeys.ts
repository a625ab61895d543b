/** Idempotency keys in Redis, a key each, which expires by the clock of Redis. */
import { IdempotencyKeys, REMEMBERED_MILLIS, useOf } from "@flash-sale/domain/ports/IdempotencyKeys"
import { Effect, Layer } from "effect"
import { unavailable } from "./client/WrongContent.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"

export const layer: Layer.Layer<IdempotencyKeys, never, Scripts> = Layer.effect(
  IdempotencyKeys,
  Effect.map(Scripts, ({ useIdempotencyKey }) => ({
    use: (key, request) =>
      useIdempotencyKey([Keys.idempotency(key)], [request, String(REMEMBERED_MILLIS)]).pipe(
        Effect.mapError(unavailable),
        Effect.map((before) => useOf(before === "" ? undefined : before, request))
      )
  }))
)
