/** The letters that a command is about. */
import {
  type DeadLetter,
  DeadLetterReason,
  DeadLetters,
  type Handling,
  type LetterId,
  type LetterLookup
} from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { DateTime, Effect, Option, Schedule } from "effect"

/** The most letters that one command reads: the oldest. Kafka's fold keeps no more either. */
export const MAX_LETTERS = 10_000

/** Of a letter that is neither open nor handled. */
export const NOT_KNOWN = "is not known: flash-sale dlq list shows what nobody has handled"

/** How often the letters are asked for until the topic has been read to its end. */
const ASK_EVERY = "20 millis"

/** The reasons as they are typed: `payment-timeout`. */
export const REASONS: ReadonlyArray<readonly [typed: string, reason: DeadLetterReason]> = DeadLetterReason.literals.map(
  (reason) => [reason.toLowerCase().replaceAll(" ", "-"), reason]
)

export interface Filter {
  readonly reason: Option.Option<DeadLetterReason>
  readonly item: Option.Option<ItemId>
}

/** The operator who handles a letter, and the reason. */
export interface Operator {
  readonly by: string
  readonly why: string
}

/** Waits until the topic has been read; the caller bounds how long that may take. */
const whenRead = <A>(ask: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A> =>
  Effect.orDie(Effect.retry(ask, { schedule: Schedule.spaced(ASK_EVERY) }))

/** Open letters, oldest first. */
export const open = Effect.fn("Letters.open")(function*({ item, reason }: Filter) {
  const letters = yield* DeadLetters
  const all = yield* whenRead(letters.list(MAX_LETTERS))
  return all.filter(({ error, key }) =>
    Option.getOrElse(reason, () => error) === error && (Option.isNone(item) || item.value === key)
  )
})

export const find = Effect.fn("Letters.find")(function*(
  id: LetterId
): Effect.fn.Return<LetterLookup, never, DeadLetters> {
  const letters = yield* DeadLetters
  return yield* whenRead(letters.find(id))
})

/** Marks a letter as handled, for good. Idempotent. */
export const handle = Effect.fn("Letters.handle")(function*(
  { offset, partition, topic }: LetterId,
  action: Handling["action"],
  { by, why }: Operator
): Effect.fn.Return<void, StoreUnavailable, DeadLetters> {
  const letters = yield* DeadLetters
  const timestamp = DateTime.formatIso(yield* DateTime.now)
  const id = { ...(topic === undefined ? {} : { topic }), partition, offset }
  yield* letters.handle({ ...id, action, by, why, timestamp })
})

/** A handling in words. */
export const describeHandling = (handling: Handling | undefined): string =>
  handling === undefined
    ? "was handled long ago"
    : `was ${handling.action} by ${handling.by} at ${handling.timestamp}: ${handling.why}`

/**
 * When it was put, milliseconds since 1970 (UTC); none where the text is no time, as other programs may write the
 * topic.
 */
export const putAt = ({ timestamp }: Pick<DeadLetter, "timestamp">): Option.Option<number> =>
  Option.map(DateTime.make(timestamp), DateTime.toEpochMillis)
