/**
 * What an answer of `lua/fold.lua` has behind its words, after tabs: what is open and which payments are due, each as
 * Redis keeps it.
 */
import type { Kept } from "@flash-sale/domain/rules/Outcome"
import * as CheckoutText from "./CheckoutText.ts"

export const unexpected = (answer: string): Error => new Error(`fold.lua answered ${answer}`)

const KEPT = "\t"
const nothingKept: Kept = { open: undefined, refundsDue: [] }

const keptIn = (answer: string, at: number): Kept => {
  if (at === -1) return nothingKept
  const [openText = "", dueText = ""] = answer.slice(at + 1).split(KEPT)
  const open = openText === "" ? undefined : CheckoutText.open(openText)
  const refundsDue = dueText === "" ? [] : CheckoutText.dues(dueText)
  if (refundsDue === undefined || (open === undefined && openText !== "")) throw unexpected(answer)
  return { open, refundsDue }
}

/** The words of an answer, and what is behind them. Dies of what the script cannot answer. */
export const split = (answer: string): readonly [words: ReadonlyArray<string>, kept: Kept] => {
  const at = answer.indexOf(KEPT)
  return [(at === -1 ? answer : answer.slice(0, at)).split(" "), keptIn(answer, at)]
}
