/** The open letters, a page after the other, oldest first. */
import type { DeadLetter, DeadLetters, LetterAge } from "@flash-sale/domain/ports/DeadLetters"
import { Effect, Option } from "effect"
import * as Cursor from "../paging/Cursor.ts"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"

const LIST = "letters"

/**
 * A page of the letters that are meant, which costs what a page costs. A letter that is handled meanwhile is left out,
 * and moves no other. Waits as `Letters.open` does.
 */
export const list = Effect.fn("LetterPage.list")(function*(
  filter: Letters.Filter,
  options: Cursor.PageOptions
): Effect.fn.Return<Cursor.Page<DeadLetter>, Cursor.InvalidCursor, DeadLetters> {
  const after = options.cursor === undefined ? undefined : ageIn(options.cursor)
  if (options.cursor !== undefined && after === undefined) return yield* new Cursor.InvalidCursor()
  const size = Cursor.sizeOf(options)
  const found = yield* Letters.open(filter, after, size + 1)
  const entries = found.slice(0, size)
  const last = entries.at(-1)
  return { entries, next: last === undefined || found.length <= size ? undefined : cursorAfter(last) }
})

const cursorAfter = (letter: DeadLetter): string => Cursor.make(LIST, letter.timestamp, LetterIdText.show(letter))

const ageIn = (cursor: string): LetterAge | undefined => {
  const [timestamp, id] = Option.getOrElse(Cursor.read(LIST, cursor), () => [])
  const letterId = id === undefined ? undefined : Option.getOrUndefined(LetterIdText.read(id))
  return timestamp === undefined || letterId === undefined ? undefined : { ...letterId, timestamp }
}
