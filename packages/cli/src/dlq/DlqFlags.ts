/** Arguments and flags that several `dlq` commands have. */
import { DeadLetterReason } from "@flash-sale/domain/ports/DeadLetters"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Kind from "@flash-sale/infra/settings/Kind"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import type * as Letters from "@flash-sale/operations/letters/Letters"
import { Duration, Option } from "effect"
import { Argument, Flag } from "effect/cli"

/** The reasons as they are typed: `payment-timeout`. */
const REASONS: ReadonlyMap<string, DeadLetterReason> = new Map(
  DeadLetterReason.literals.map((reason) => [reason.toLowerCase().replaceAll(" ", "-"), reason])
)

/** How long a letter may have waited. */
const AGE = Kind.duration(Duration.zero, Duration.days(3_650))

export const id = Argument.String("id").pipe(
  Argument.filterMap(LetterIdText.read, () => "the id of a letter, such as 3-1742"),
  Argument.withDescription("The letter, as dlq list names it: partition and offset of its record, such as 3-1742")
)

export const filters = {
  reason: Flag.String("reason").pipe(
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(REASONS.get(text)),
      () => `${[...REASONS.keys()].join(", ")}; why it is done is --why`
    ),
    Flag.withDescription(`Only letters with this reason: ${[...REASONS.keys()].join(", ")}`),
    Flag.optional
  ),
  item: Flag.String("item").pipe(
    Flag.withSchema(ItemId),
    Flag.withDescription("Only letters of this item"),
    Flag.optional
  ),
  olderThan: Flag.String("older-than").pipe(
    Flag.filterMap((text) => Option.fromUndefinedOr(AGE.read(text)), () => AGE.expects),
    Flag.withDescription("Only letters that have waited this long or longer, such as 30m, 2h or 1d"),
    Flag.optional
  )
}

/** What the flags choose. */
export interface Chosen {
  readonly reason: Option.Option<DeadLetterReason>
  readonly item: Option.Option<ItemId>
  readonly olderThan: Option.Option<Duration.Duration>
}

export const filterOf = ({ item, olderThan, reason }: Chosen): Letters.Filter => ({
  reason: Option.getOrUndefined(reason),
  item: Option.getOrUndefined(item),
  olderThanMillis: Option.getOrUndefined(Option.map(olderThan, Duration.toMillis))
})
