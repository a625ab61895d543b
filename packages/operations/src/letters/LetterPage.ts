/** The open letters, a page after the other, oldest first. */
import type { DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { Effect, Option } from "effect"
import * as Cursor from "../paging/Cursor.ts"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"

const LIST = "letters"

/** What decides which of two letters is older: when it was put, then its place in the log. */
type Age = Pick<DeadLetter, "timestamp" | "topic" | "partition" | "offset">

/** Oldest first. */
export const compare = (one: Age, other: Age): number =>
  byText(one.timestamp, other.timestamp) || byText(one.topic ?? "", other.topic ?? "") ||
  one.partition - other.partition || one.offset - other.offset

const byText = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

/**
 * A page of the letters that are meant. A letter that is handled meanwhile is left out, and moves no other. Reads at
 * most `MAX_LETTERS`; waits as `Letters.open` does.
 */
export const list = Effect.fn("LetterPage.list")(function*(
  filter: Letters.Filter,
  options: Cursor.PageOptions
): Effect.fn.Return<Cursor.Page<DeadLetter>, Cursor.InvalidCursor, DeadLetters> {
  const after = options.cursor === undefined ? Option.none() : ageIn(options.cursor)
  if (options.cursor !== undefined && Option.isNone(after)) return yield* new Cursor.InvalidCursor()
  const open = (yield* Letters.open(filter)).toSorted(compare)
  const left = Option.isNone(after) ? open : open.filter((letter) => compare(letter, after.value) > 0)
  const entries = left.slice(0, Cursor.sizeOf(options))
  const last = entries.at(-1)
  return { entries, next: last === undefined || entries.length === left.length ? undefined : cursorAfter(last) }
})

const cursorAfter = (letter: DeadLetter): string => Cursor.make(LIST, letter.timestamp, LetterIdText.show(letter))

const ageIn = (cursor: string): Option.Option<Age> =>
  Option.flatMap(Cursor.read(LIST, cursor), ([timestamp, id]) =>
    timestamp === undefined || id === undefined
      ? Option.none()
      : Option.map(LetterIdText.read(id), (letterId) => ({ ...letterId, timestamp })))
