/** Which log the Redis is a fold of: the hash `log`, which is written once. */
import { FoldedLog, type LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect, Layer, Option, Schema } from "effect"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"

const decode = Schema.decodeUnknownOption(
  Schema.Tuple([Schema.NonEmptyString, Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThan(0))])
)

/** A hash that lacks a field, or holds no number, says nothing that could be relied on: it is an error. */
const toIdentity = (fields: ReadonlyArray<string | null>): Effect.Effect<LogIdentity, StoreUnavailable> =>
  Option.match(decode(fields), {
    onNone: () =>
      new StoreUnavailable({
        detail: `the key "${Keys.log}" is damaged: its topic is ${fields[0]}, its partitions are ${fields[1]}`
      }),
    onSome: ([topic, partitions]) => Effect.succeed({ topic, partitions })
  })

export const layer: Layer.Layer<never, never, IoRedis | Scripts> = Layer.effect(
  FoldedLog,
  Effect.gen(function*() {
    const { use } = yield* IoRedis
    const { writeLog } = yield* Scripts
    return {
      read: use((redis) => redis.hmget(Keys.log, "topic", "partitions")).pipe(
        Effect.mapError(unavailable),
        Effect.flatMap((fields) =>
          fields.every((field) => field === null) ? Effect.succeed(undefined) : toIdentity(fields)
        )
      ),
      write: ({ partitions, topic }) =>
        writeLog([Keys.log], [topic, String(partitions)]).pipe(
          Effect.mapError(unavailable),
          Effect.flatMap(toIdentity)
        )
    }
  })
)
