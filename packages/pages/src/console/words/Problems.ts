/** What is wrong with an engine and its orders, in words, and where the runbook goes on. Pure. */
import { countOf } from "../../sale/TimeLeft.ts"
import type { Overview } from "../calls/Wire.ts"
import { durationOf, numbered, shareOf } from "./Figures.ts"
import { ofCode, type ShownProblem } from "./ProblemCodes.ts"

/** How many dead letters, and how old in seconds, are wrong and no warning any more: as the alerts and `doctor` say. */
const [MANY_LETTERS, OLD_LETTER] = [100, 3_600]
/** The share of payments that fail from which on it is wrong: as the alert has it. */
const MANY_FAIL = 0.2
/** How far behind is said to be far, in seconds. */
const FAR_BEHIND = 30

/** Of the payments that ended: what was declined is the buyers' own. */
export interface PaymentShares {
  readonly declined: number
  readonly failed: number
}

/** Whether so many payments fail that somebody has to look. */
export const isFailing = (shares: PaymentShares | undefined): boolean => (shares?.failed ?? 0) > MANY_FAIL

const failing = (shares: PaymentShares | undefined): ReadonlyArray<ShownProblem> =>
  shares === undefined || !isFailing(shares) ? [] : [{
    tone: "bad",
    title: `${shareOf(shares.failed)} of the payments fail`,
    text: "In the last minute the provider gave no answer to these, or refused us. Each leaves a dead letter.",
    section: "flashsalepaymentfailures"
  }]

/** The tone of dead letters that are open; undefined where there are none. */
export const letterTone = (letters: Overview["processors"]["dead_letters"]): ShownProblem["tone"] | undefined => {
  if (letters === undefined || letters.size === 0) return undefined
  return letters.size > MANY_LETTERS || letters.oldest_seconds > OLD_LETTER ? "bad" : "warn"
}

const lettersOf = ({ dead_letters: letters }: Overview["processors"]): ReadonlyArray<ShownProblem> => {
  const tone = letterTone(letters)
  if (letters === undefined || tone === undefined) return []
  const title = letters.size === 1 ? "One order needs a person" : `${countOf(letters.size)} orders need a person`
  const text = `The oldest has waited for ${durationOf(letters.oldest_seconds)}.`
  return [{ tone, title, text, section: "dead-letters", page: "dead-letters" }]
}

const warningsOf = ({ processors, versions }: Overview): ReadonlyArray<ShownProblem> => {
  const { lag, payments } = processors
  const found: Array<ShownProblem> = []
  const warn = (title: string, text: string, section: string) => found.push({ tone: "warn", title, text, section })
  if (payments.in_doubt > 0) {
    warn(
      `${numbered(payments.in_doubt, "payment")} in doubt`,
      "Nobody knows yet whether the money was taken. Each is asked for again.",
      "payments-do-not-get-through"
    )
  }
  if (lag.seconds > FAR_BEHIND) {
    warn(
      `Processing is ${durationOf(lag.seconds)} behind`,
      `${numbered(lag.records, "record waits", "records wait")}.`,
      "flashsalebacklog"
    )
  }
  if (versions.length > 1) {
    warn("An upgrade is under way", `Releases ${versions.join(" and ")} run.`, "zero-downtime-deployment")
  }
  return found
}

/** What is wrong, and what should be looked at. `shares` is undefined where too few payments ended to say. */
export const problemsOf = (overview: Overview, shares?: PaymentShares): ReadonlyArray<ShownProblem> => {
  const { problems, processors } = overview
  const found = [
    ...problems.map(ofCode),
    ...failing(shares),
    ...lettersOf(processors),
    ...warningsOf(overview)
  ]
  return found.toSorted((one, other) => Number(other.tone === "bad") - Number(one.tone === "bad"))
}
