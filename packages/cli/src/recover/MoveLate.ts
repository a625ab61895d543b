/**
 * A gateway that was left running appends to the old log until it sees that the store names another one. Those orders
 * were accepted, so they go on in the new log. Decision 0031.
 */
import * as CopyLog from "@flash-sale/audit/CopyLog"
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { Console, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import type * as MoveSurvey from "./MoveSurvey.ts"

/** Longer than a service takes to look at the store, and an append to end. */
const QUIET = "5 seconds"
/** How often a log that still grows is looked at before the command gives up. */
const ROUNDS = 6

/** Ends once nothing has come to the old log for a while. */
export const run = Effect.fnUntraced(function*(source: MoveSurvey.Source, to: LogIdentity) {
  const { partitions: count, topic } = source.identity
  const options = { topic, count, partitions: to.partitions, hasLetter: source.letters.has }
  let { log } = source
  for (let round = 0; round < ROUNDS; round++) {
    yield* Effect.sleep(QUIET)
    const late = yield* CopyLog.late(log, options)
    if (late.found === 0) return
    log = late.log
    yield* Console.log(
      `${late.found} records came to ${topic} after it was copied, and are in ${to.topic} as well: ` +
        "a gateway runs, or a command. Stop it"
    )
  }
  const ends = log.map(({ end, partition }) => `${partition}-${end}`).join(", ")
  return yield* CommandFailed.failed(
    `${topic} still grows, and ${to.topic} is the log: what comes to ${topic} from ${ends} on is lost. ` +
      "Stop every gateway"
  )
})
