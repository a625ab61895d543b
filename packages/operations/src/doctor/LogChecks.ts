/** Judges how far the log is processed, and what waits for a person. Pure. */
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"
import * as Units from "./Units.ts"

/** A partition that a processor halts, or would at its start. */
export interface Halted {
  readonly partition: number
  readonly code: string
  readonly why: string
}

export interface LogFacts {
  /** Records that are not processed, of each partition. */
  readonly lags: Looked.Looked<ReadonlyArray<{ readonly partition: number; readonly lag: number }>>
  readonly halted: Looked.Looked<ReadonlyArray<Halted>>
  /** Members of the processors' group; with one file, whether its engine runs. */
  readonly processors: Looked.Looked<number>
  /** What starts one. */
  readonly start: string
  /** What it is that none is at work, although there is a log and all of it is processed. */
  readonly none: typeof Check.warning
  /** `oldestMillis`: how long the oldest has waited. */
  readonly letters: Looked.Looked<{ readonly size: number; readonly oldestMillis: number | undefined }>
}

/** So many records are a backlog; fewer are on their way. */
const BACKLOG = 1_000
/** As the alerts have it: critical from here on. */
const MANY_LETTERS = 100
const OLD_MILLIS = 3_600_000
/** Partitions that one line names. */
const NAMED = 4

const recovery = ({ halted }: LogFacts): Finding =>
  Check.judged("log.recovery", halted, (found) => {
    const [first] = found
    if (first === undefined) return Check.ok("log.recovery", "log and store fit each other")
    const partitions = found.slice(0, NAMED).map(({ code, partition }) => `${partition} (${code})`).join(", ")
    return Check.wrong(
      "log.recovery",
      `halted: partition ${partitions}${found.length > NAMED ? ", …" : ""}: ${first.why}`,
      "bring back the log and the store that fit each other, or accept the log as it is: " +
        `flash-sale recover --accept-log --partition ${first.partition}`
    )
  })

const waitingIn = ({ lags }: LogFacts): number =>
  "found" in lags ? lags.found.reduce((sum, one) => sum + one.lag, 0) : 0

const lag = (facts: LogFacts): Finding =>
  Check.judged("log.lag", facts.lags, (found) => {
    const total = waitingIn(facts)
    const detail = `${Check.count(total, "record")} to process`
    if (total < BACKLOG) return Check.ok("log.lag", detail)
    const worst = found.toSorted((a, b) => b.lag - a.lag).slice(0, NAMED).filter((one) => one.lag > 0)
    const isNobody = "found" in facts.processors && facts.processors.found === 0
    return Check.warning(
      "log.lag",
      `${detail}, most of them in partition ${worst.map((one) => `${one.partition} (${one.lag})`).join(", ")}`,
      isNobody ? facts.start : "look again in a minute: where it does not shrink, start more processors"
    )
  })

const processors = (facts: LogFacts): Finding =>
  Check.judged("log.processors", facts.processors, (running) => {
    if (running > 0) return Check.ok("log.processors", `${running} at work`)
    const waiting = waitingIn(facts)
    return waiting > 0
      ? Check.wrong("log.processors", `none, and ${Check.count(waiting, "record")} not processed`, facts.start)
      : facts.none("log.processors", "none: an order would wait", facts.start)
  })

const letters = (facts: LogFacts): Finding =>
  Check.judged("letters.open", facts.letters, ({ oldestMillis = 0, size }) => {
    if (size === 0) return Check.ok("letters.open", "none")
    const detail = `${Check.count(size, "dead letter")}, the oldest for ${Units.age(oldestMillis)}`
    const isLate = size > MANY_LETTERS || oldestMillis > OLD_MILLIS
    return (isLate ? Check.wrong : Check.warning)(
      "letters.open",
      detail,
      "flash-sale dlq list, then dlq replay or dlq discard"
    )
  })

/** All findings on the log. */
export const judge = (facts: LogFacts): ReadonlyArray<Finding> => [
  recovery(facts),
  lag(facts),
  processors(facts),
  letters(facts)
]
