/** The log's way into its new topic: copied, compared, ready for the processors. Nothing of the store is touched. */
import * as CopyLog from "@flash-sale/audit/CopyLog"
import * as LogFold from "@flash-sale/audit/LogFold"
import * as Survey from "@flash-sale/audit/Survey"
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import * as Chunks from "@flash-sale/domain/records/Chunks"
import { Console, DateTime, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Progress from "../terminal/Progress.ts"
import * as MoveSurvey from "./MoveSurvey.ts"

/** Items that are named where they differ. */
const NAMED = 10
/** Letters that are noted in one send. */
const LETTERS_AT_ONCE = 500
/** Who has handled the letters of copied records. */
const OPERATOR = "flash-sale recover --repartition"

/** Copies `source` into the topic `to`, which `target` reads. */
export const run = Effect.fnUntraced(function*(
  source: MoveSurvey.Source,
  to: LogIdentity,
  target: LogReader["Service"]
) {
  const copy = yield* LogCopy
  if ((yield* copy.found) === undefined) yield* copy.create(to.partitions)
  yield* Console.log(`${to.topic} is there, with ${to.partitions} partitions`)
  const made = yield* copied(source, to)
  yield* Console.log(
    `${made.copied} records copied` +
      (made.leftOut > 0 ? `, ${made.leftOut} left out: they were forwarded, or are dead letters` : "")
  )
  yield* compare(source, to, target)
  yield* MoveSurvey.refuseGrown(source)
  yield* MoveSurvey.refuseRunning
  yield* keepLetters(source, to, made.lettered)
  yield* copy.commit(made.committed)
  yield* Console.log(`${to.topic} is complete: the group goes on in it where it stood in ${source.identity.topic}`)
})

const copied = Effect.fnUntraced(function*({ identity, letters, log, records }: MoveSurvey.Source, to: LogIdentity) {
  let done = 0
  return yield* Progress.during(
    CopyLog.run({
      log,
      topic: identity.topic,
      count: identity.partitions,
      partitions: to.partitions,
      hasLetter: letters.has,
      onCopied: (some) => void (done += some)
    }),
    () => Progress.line("records copied", done, records)
  ).pipe(
    Effect.catchTag(
      "CopyDisturbed",
      ({ partition }) =>
        CommandFailed.failed(`somebody else appends to ${to.topic}: partition ${partition} has records of theirs`)
    )
  )
})

/** Folds the copy, and compares it with the fold of the log item by item. */
const compare = Effect.fnUntraced(function*(
  { fold, identity }: MoveSurvey.Source,
  to: LogIdentity,
  target: LogReader["Service"]
) {
  const there = yield* Effect.gen(function*() {
    return yield* MoveSurvey.folded(yield* Survey.first(to.partitions), { has: () => false })
  }).pipe(Effect.provideService(LogReader, target))
  const differing = LogFold.differing(fold, there)
  if (differing.length > 0) {
    const shown = differing.slice(0, NAMED).map((itemId) => {
      const [here, copy] = [fold.items.get(itemId), there.items.get(itemId)]
      const words = (one: LogFold.ItemFold | undefined) => one === undefined ? "nothing" : LogFold.unitsOf(one)
      return `item ${itemId}: ${identity.topic} ${words(here)}; ${to.topic} ${words(copy)}`
    })
    return yield* CommandFailed.failed(`${differing.length} items are not the same in the copy`, ...shown)
  }
  yield* Console.log(`${there.items.size} items are the same in both: ${LogFold.unitsOf(LogFold.total(there))}`)
})

/** A letter that there is already is not put a second time under the new position of its record. */
const keepLetters = Effect.fnUntraced(function*(
  { identity }: MoveSurvey.Source,
  to: LogIdentity,
  lettered: ReadonlyArray<CopyLog.Lettered>
) {
  const copy = yield* LogCopy
  const timestamp = DateTime.formatIso(yield* DateTime.now)
  const handlings = lettered.map(({ from, to: { offset, partition } }) => ({
    topic: to.topic,
    partition,
    offset,
    action: "discarded" as const,
    by: OPERATOR,
    why: `its letter is ${identity.topic}/${from.partition}-${from.offset}`,
    timestamp
  }))
  for (const some of Chunks.of(handlings, LETTERS_AT_ONCE, () => 1)) yield* copy.handle(some)
  yield* Console.log(`${handlings.length} records have dead letters, which keep their ids as ${identity.topic}/...`)
})
