/** Arguments and flags that several `dlq` commands have. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect, Option } from "effect"
import { Argument, Flag } from "effect/cli"
import { userInfo } from "node:os"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"

/** The longest name and reason that a handling carries, in characters. */
const MAX_TEXT = 500

export const id = Argument.String("id").pipe(
  Argument.filterMap(LetterIdText.read, () => "the id of a letter, such as 3-1742"),
  Argument.withDescription("The letter, as dlq list names it: partition and offset of its record, such as 3-1742")
)

export const filters = {
  reason: Flag.ChoiceWithValue("reason", Letters.REASONS).pipe(
    Flag.withDescription("Only letters with this reason"),
    Flag.optional
  ),
  item: Flag.String("item").pipe(
    Flag.withSchema(ItemId),
    Flag.withDescription("Only letters of this item"),
    Flag.optional
  )
}

/** A flag with a text of bounded length. */
export const text = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filter(
      (given) => given.trim() !== "" && given.length <= MAX_TEXT,
      () => `1 to ${MAX_TEXT} characters`
    ),
    Flag.withDescription(description)
  )

export const by = text("by", "Who does it; the user of the operating system where it is absent").pipe(Flag.optional)

/** The operator's name: the user of the operating system where none is given. A container's user may have none. */
export const orUser = (given: Option.Option<string>): Effect.Effect<string> =>
  Option.match(given, {
    onSome: Effect.succeed,
    onNone: () => Effect.orElseSucceed(Effect.try(() => userInfo().username), () => "unknown")
  })

/** Each letter once, in order. */
export const distinct = (
  ids: ReadonlyArray<LetterId>
): ReadonlyArray<LetterId> => [...new Map(ids.map((id) => [LetterIdText.show(id), id])).values()]
