/** Which open letters are listed, and in which order. Pure. */
import type { DeadLetter, LetterAge, LetterQuery } from "./DeadLetters.ts"

const byText = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

/** Oldest first. */
export const compare = (one: LetterAge, other: LetterAge): number =>
  byText(one.timestamp, other.timestamp) || byText(one.topic ?? "", other.topic ?? "") ||
  one.partition - other.partition || one.offset - other.offset

export const isMeant = ({ after, item, putBy, reason }: LetterQuery, letter: DeadLetter): boolean =>
  (reason === undefined || reason === letter.error) && (item === undefined || item === letter.key) &&
  (putBy === undefined || Date.parse(letter.timestamp) <= putBy) &&
  (after === undefined || compare(letter, after) > 0)
