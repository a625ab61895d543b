/** Whether the topic of the log and that of its copy are as they must be. */
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Target from "../terminal/Target.ts"

/** What is wrong with either topic: a line each. Changes nothing. */
export const problems = Effect.fnUntraced(function*(from: LogIdentity, to: LogIdentity) {
  const copy = yield* LogCopy
  if (to.topic === from.topic) return [`--to-topic: ${to.topic} is the log itself: name a new topic`]
  const found = [...yield* problemsOfSource(from)]
  const there = yield* copy.found
  if (there !== undefined && there.records > 0) {
    found.push(
      `${to.topic} holds ${there.records} records: a copy that was cut short, or somebody else's. ` +
        "Delete it where nobody needs it, and name another topic"
    )
  } else if (there !== undefined && there.partitions !== to.partitions) {
    found.push(`${to.topic} has ${there.partitions} partitions, and not ${to.partitions}: delete it, as it is empty`)
  }
  return found
})

/** A topic may have been altered to more partitions than its orders were written with: then those are empty. */
const problemsOfSource = Effect.fnUntraced(function*({ partitions, topic }: LogIdentity) {
  const reader = yield* LogReader
  const copy = yield* LogCopy
  const count = yield* Target.bounded(copy.sourcePartitions)
  if (count === undefined) return [`there is no topic ${topic}: ORDERS_TOPIC names the log that is moved`]
  if (count < partitions) {
    return [`${topic} has ${count} partitions, and its orders were written with ${partitions}: records are lost`]
  }
  const more = Array.from({ length: count - partitions }, (_, at) => PartitionId.make(partitions + at))
  const bounds = yield* Effect.forEach(more, reader.bounds)
  const records = bounds.reduce((sum, { end, start }) => sum + end - start, 0)
  if (records === 0) return []
  return [
    `partitions ${partitions} to ${
      count - 1
    } of ${topic} hold ${records} records, which were appended by somebody who ` +
    `took it for a log of ${count} partitions: a log of ${partitions} does not have them`
  ]
})
