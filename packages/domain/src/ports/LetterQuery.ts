/** Which open letters are listed, and in which order. Pure. */
import type { ItemId } from "../records/Ids.ts"
import type { DeadLetter, DeadLetterReason } from "./DeadLetters.ts"

/** What decides which of two letters is older: when it was put, then its place in the log. */
export type LetterAge = Pick<DeadLetter, "timestamp" | "topic" | "partition" | "offset">

/** All where it is empty. */
export interface LetterQuery {
  readonly reason?: DeadLetterReason | undefined
  readonly item?: ItemId | undefined
  /** Only those that were put then or before, milliseconds since 1970 (UTC); none of which it is not known when. */
  readonly putBy?: number | undefined
  /** Only those that are younger than this one, which need not be there. */
  readonly after?: LetterAge | undefined
}

const byText = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

/** Oldest first. */
export const compare = (one: LetterAge, other: LetterAge): number =>
  byText(one.timestamp, other.timestamp) || byText(one.topic ?? "", other.topic ?? "") ||
  one.partition - other.partition || one.offset - other.offset

export const isMeant = ({ after, item, putBy, reason }: LetterQuery, letter: DeadLetter): boolean =>
  (reason === undefined || reason === letter.error) && (item === undefined || item === letter.key) &&
  (putBy === undefined || Date.parse(letter.timestamp) <= putBy) &&
  (after === undefined || compare(letter, after) > 0)
