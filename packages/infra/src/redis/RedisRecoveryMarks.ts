/** The marks of the partitions in Redis: one hash each, and a script for each change of it. */
import { MarkMoved, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Schema } from "effect"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"

const Text = Schema.NullOr(Schema.String)
const Whole = Schema.NullOr(Schema.FiniteFromString)
const decodeMark = Schema.decodeUnknownEffect(Schema.Tuple([Text, Whole, Whole, Text, Whole]))
const decodeAccepted = Schema.decodeUnknownEffect(Schema.Tuple([Whole, Whole]))

const wholeFromOf = (offset: number | null) => offset === null ? {} : { wholeFrom: offset }

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts

  const fieldsOf = (partition: PartitionId, ...names: ReadonlyArray<string>) =>
    Effect.mapError(redis.use((client) => client.hmget(Keys.mark(partition), ...names)), unavailable)

  const read = Effect.fnUntraced(function*(partition: PartitionId) {
    const fields = yield* fieldsOf(partition, "epoch", "checkpoint", "seen", "digest", "whole_from")
    const [epoch, checkpoint, offset, digest, whole] = yield* Effect.orDie(decodeMark(fields))
    if (epoch === null || checkpoint === null) return undefined
    const seen = offset === null || digest === null ? {} : { seen: { offset, digest } }
    return { epoch, checkpoint: Offset.make(checkpoint), ...seen, ...wholeFromOf(whole) }
  })

  const accepted = Effect.fnUntraced(function*(partition: PartitionId) {
    const [from, whole] = yield* Effect.orDie(decodeAccepted(yield* fieldsOf(partition, "from", "whole_from")))
    return from === null ? undefined : { from, ...wholeFromOf(whole) }
  })

  const moveMark = (script: typeof scripts.writeMark): RecoveryMarks["Service"]["complete"] =>
    Effect.fnUntraced(function*(partition, { checkpoint, epoch, seen }, session) {
      const record = seen === undefined ? ["", ""] : [String(seen.offset), seen.digest]
      const moving = script([Keys.mark(partition)], [epoch, String(checkpoint), ...record], session)
      const reply = yield* Effect.mapError(moving, unavailable)
      if (reply === "moved") return yield* new MarkMoved({ partition })
    })

  return RecoveryMarks.of({
    read,
    accepted,
    begin: (partition, epoch, session) =>
      Effect.mapError(scripts.beginRecovery([Keys.mark(partition)], [epoch], session), unavailable),
    complete: moveMark(scripts.writeMark),
    checkpoint: moveMark(scripts.checkpoint),
    session: redis.session
  })
})

/** Marks in Redis. Redis may be away at any time: calls then fail with `StoreUnavailable`. */
export const layer: Layer.Layer<RecoveryMarks, never, IoRedis | Scripts> = Layer.effect(RecoveryMarks, make)
