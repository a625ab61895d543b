/** Whether the log can be moved into another topic: everything that speaks against it, before anything is changed. */
import * as LogFold from "@flash-sale/audit/LogFold"
import * as Survey from "@flash-sale/audit/Survey"
import { FoldedLog, type LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { type KnownLetters, LogCopy } from "@flash-sale/domain/ports/LogCopy"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Check from "@flash-sale/operations/doctor/Check"
import { Console, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as MoveTopics from "./MoveTopics.ts"

/** The log that is moved, as it was found. */
export interface Source {
  readonly identity: LogIdentity
  readonly log: ReadonlyArray<Survey.SurveyedPartition>
  readonly records: number
  readonly fold: LogFold.LogFold
  readonly letters: KnownLetters
  /** Where the store is, in words. */
  readonly location: string
}

const UNCHANGED = "nothing was changed"

/** Looks at both topics, the store and the letters, and folds the log, also while services run. Changes nothing. */
export const run = Effect.fnUntraced(function*(from: LogIdentity, to: LogIdentity) {
  const copy = yield* LogCopy
  const { location } = yield* StoredItems
  yield* refuseOtherLog(from, to)
  const why = [...yield* MoveTopics.problems(from, to)]
  if (why.length > 0) return yield* CommandFailed.failed(...why, UNCHANGED)
  const log = yield* Target.bounded(Survey.first(from.partitions))
  const wrong = [...Survey.cuts(log), ...yield* Survey.shorter(log), ...yield* Survey.damages(log)]
  if (wrong.length > 0) return yield* CommandFailed.failed(...wrong, UNCHANGED)
  const letters = yield* copy.letters
  if (letters.isTargetKnown) {
    return yield* CommandFailed.failed(
      `${to.topic} was in use before, as dead letters name its records: choose another name; ${UNCHANGED}`
    )
  }
  const records = Survey.total(log)
  const fold = yield* folded(log, letters)
  yield* Console.log(
    `${from.topic}: ${from.partitions} partitions, ${records} records, ${Check.count(fold.items.size, "item")}`
  )
  if (fold.waiting > 0) {
    return yield* CommandFailed.failed(
      `${fold.waiting} records of ${from.topic} are in a partition that is not their item's among ` +
        `${from.partitions}, and no processor has dealt with them. Where KAFKA_PARTITIONS is the number with which ` +
        `the orders were written, run a processor until its lag is 0, stop it, and try again; ${UNCHANGED}`
    )
  }
  return { identity: from, log, records, fold, letters, location } satisfies Source
})

/** Folds a log in memory, and says how far that is. */
export const folded = Effect.fnUntraced(function*(
  log: ReadonlyArray<Survey.SurveyedPartition>,
  letters: Pick<KnownLetters, "has">
) {
  const records = Survey.total(log)
  let read = 0
  return yield* Progress.during(
    LogFold.of({ log, hasLetter: letters.has, onRead: (some) => void (read += some) }),
    () => Progress.line("records folded", read, records)
  )
})

/** Refuses where somebody folds. */
export const refuseRunning = Effect.gen(function*() {
  const members = yield* (yield* LogCopy).members
  if (members === 0) return
  return yield* CommandFailed.failed(
    `${members} processors run: stop all gateways and processors first, and wait until the group has no members`
  )
})

/** Refuses where the log has grown since it was surveyed. */
export const refuseGrown = Effect.fnUntraced(function*({ identity, log }: Pick<Source, "identity" | "log">) {
  const reader = yield* LogReader
  for (const { end, partition } of log) {
    const now = yield* reader.bounds(partition)
    if (now.end === end) continue
    return yield* CommandFailed.failed(
      `partition ${partition} of ${identity.topic} has grown from ${end} to ${now.end}: a gateway runs, ` +
        "or a command. Stop them all, and try again"
    )
  }
})

/** The store must be a fold of the log that is moved. */
const refuseOtherLog = Effect.fnUntraced(function*(from: LogIdentity, to: LogIdentity) {
  const { location } = yield* StoredItems
  const written = yield* (yield* FoldedLog).read
  const noted = (yield* (yield* LogCopy).noted).find((partitions) => partitions !== from.partitions)
  if (written === undefined && noted !== undefined) {
    return yield* CommandFailed.failed(
      `the orders of ${from.topic} were written with ${noted} partitions, by the group's offsets: ` +
        `set KAFKA_PARTITIONS to ${noted}; ${UNCHANGED}`
    )
  }
  if (written === undefined || isSame(written, from)) return
  return yield* CommandFailed.failed(
    isSame(written, to)
      ? `${location} is a fold of ${to.topic} with ${to.partitions} partitions already: ` +
        `set ORDERS_TOPIC=${to.topic} and KAFKA_PARTITIONS=${to.partitions}, ORDER_EVENTS_TOPIC to a new name, ` +
        "and start the services"
      : `${location} is a fold of ${written.topic} with ${written.partitions} partitions, and not of ${from.topic} ` +
        `with ${from.partitions}: set ORDERS_TOPIC and KAFKA_PARTITIONS to what it is; ${UNCHANGED}`
  )
})

const isSame = (one: LogIdentity, other: LogIdentity): boolean =>
  one.topic === other.topic && one.partitions === other.partitions
