/**
 * How far the fold of each partition is, in one hash: processors write its fields, and every gateway reads them all.
 */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Schema } from "effect"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"

const decodePartition = Schema.decodeUnknownOption(Schema.NumberFromString.pipe(Schema.decodeTo(PartitionId)))
/** `<folded> <records a second>`, whole numbers. */
const FIELD = /^(\d{1,16}) (\d{1,16})$/

const encode = ({ folded, perSecond }: Backlog): string => `${folded} ${Math.round(perSecond)}`

/** A field that cannot be read is skipped: each is written again within a second. */
const decode = (fields: Readonly<Record<string, string>>): ReadonlyMap<PartitionId, Backlog> => {
  const found = new Map<PartitionId, Backlog>()
  for (const [name, text] of Object.entries(fields)) {
    const partition = decodePartition(name)
    const [, folded, perSecond] = FIELD.exec(text) ?? []
    if (Option.isNone(partition) || folded === undefined) continue
    found.set(partition.value, { folded: Number(folded), perSecond: Number(perSecond) })
  }
  return found
}

export const layer: Layer.Layer<never, never, IoRedis> = Layer.effect(
  Backlogs,
  Effect.map(IoRedis, ({ use }) => ({
    publish: (partition, backlog) =>
      Effect.asVoid(
        Effect.mapError(use((redis) => redis.hset(Keys.backlog, String(partition), encode(backlog))), unavailable)
      ),
    read: Effect.mapError(Effect.map(use((redis) => redis.hgetall(Keys.backlog)), decode), unavailable)
  }))
)
