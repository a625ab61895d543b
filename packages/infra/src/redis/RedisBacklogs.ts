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
/** `<number> <folded> <records a second>`, in the fields `<partition>:rules` and `<partition>:settled`. */
const BESIDE = /^(\d{1,16}) (\d{1,16} \d{1,16})$/
/** What a processor knows that does not say it. */
const FIRST_RULES = 1

const besideOf = (partition: string) => ({ rules: `${partition}:rules`, settled: `${partition}:settled` })

/** With a zero before the rate, so that it is never the text that a former release writes of the same backlog. */
const encode = ({ folded, perSecond }: Backlog): string => `${folded} 0${Math.round(perSecond)}`

/** Counts only beside the backlog that was written with it: a former release that takes over writes that one alone. */
const numberIn = (text: string | undefined, backlog: string): number | undefined => {
  const [, number, beside] = BESIDE.exec(text ?? "") ?? []
  return number === undefined || beside !== backlog ? undefined : Number(number)
}

/** A field that cannot be read is skipped: each is written again within seconds. */
const decode = (fields: Readonly<Record<string, string>>): ReadonlyMap<PartitionId, Backlog> => {
  const found = new Map<PartitionId, Backlog>()
  for (const [name, text] of Object.entries(fields)) {
    const partition = decodePartition(name)
    const [, folded, perSecond] = FIELD.exec(text) ?? []
    if (Option.isNone(partition) || folded === undefined) continue
    const names = besideOf(name)
    const rules = numberIn(fields[names.rules], text) ?? FIRST_RULES
    const settled = numberIn(fields[names.settled], text)
    const said = settled === undefined ? {} : { settled }
    found.set(partition.value, { folded: Number(folded), perSecond: Number(perSecond), rules, ...said })
  }
  return found
}

/** All fields at once. A former release reads the first alone, and skips the names of the others. */
const fieldsOf = (partition: PartitionId, backlog: Backlog): Readonly<Record<string, string>> => {
  const text = encode(backlog)
  const names = besideOf(String(partition))
  return {
    [String(partition)]: text,
    [names.rules]: `${backlog.rules} ${text}`,
    ...(backlog.settled === undefined ? {} : { [names.settled]: `${backlog.settled} ${text}` })
  }
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
