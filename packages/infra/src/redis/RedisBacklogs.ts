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
/** `<rules> <folded> <records a second>`, in the field `<partition>:rules`. */
const RULES_FIELD = /^(\d{1,7}) (\d{1,16} \d{1,16})$/
/** What a processor knows that does not say it. */
const FIRST_RULES = 1

const rulesField = (name: string): string => `${name}:rules`

/** With a zero before the rate, so that it is never the text that a former release writes of the same backlog. */
const encode = ({ folded, perSecond }: Backlog): string => `${folded} 0${Math.round(perSecond)}`

/** Counts only beside the backlog that was written with it: a former release that takes over writes that one alone. */
const rulesOf = (fields: Readonly<Record<string, string>>, name: string, backlog: string): number => {
  const [, rules, beside] = RULES_FIELD.exec(fields[rulesField(name)] ?? "") ?? []
  return rules === undefined || beside !== backlog ? FIRST_RULES : Number(rules)
}

/** A field that cannot be read is skipped: each is written again within seconds. */
const decode = (fields: Readonly<Record<string, string>>): ReadonlyMap<PartitionId, Backlog> => {
  const found = new Map<PartitionId, Backlog>()
  for (const [name, text] of Object.entries(fields)) {
    const partition = decodePartition(name)
    const [, folded, perSecond] = FIELD.exec(text) ?? []
    if (Option.isNone(partition) || folded === undefined) continue
    const rules = rulesOf(fields, name, text)
    found.set(partition.value, { folded: Number(folded), perSecond: Number(perSecond), rules })
  }
  return found
}

/** Both fields at once. A former release reads the first alone, and skips the name of the other. */
const fieldsOf = (partition: PartitionId, backlog: Backlog): Readonly<Record<string, string>> => {
  const text = encode(backlog)
  return { [String(partition)]: text, [rulesField(String(partition))]: `${backlog.rules} ${text}` }
}

export const layer: Layer.Layer<never, never, IoRedis> = Layer.effect(
  Backlogs,
  Effect.map(IoRedis, ({ use }) => ({
    publish: (partition, backlog) =>
      Effect.asVoid(
        Effect.mapError(use((redis) => redis.hset(Keys.backlog, fieldsOf(partition, backlog))), unavailable)
      ),
    read: Effect.mapError(Effect.map(use((redis) => redis.hgetall(Keys.backlog)), decode), unavailable)
  }))
)
