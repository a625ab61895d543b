/** The letters that an operator looks at, and marking one as handled. */
import {
  type DeadLetter,
  type DeadLetterReason,
  DeadLetters,
  type DeadLetterStats,
  type Handling,
  type LetterAge,
  type LetterId,
  type LetterLookup
} from "@flash-sale/domain/ports/DeadLetters"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { Clock, DateTime, Effect, Option, Schedule } from "effect"

/** The most letters that one look reads: the oldest that are meant. Kafka's fold keeps no more either. */
export const MAX_LETTERS = 10_000

/** Letters that are read, or looked at, in one turn of the thread: orders are answered between two of them. */
export const SLICE = 250

/** What is noted of a letter that was handled without a reason. */
const NO_REASON = "no reason given"

/** How often the letters are asked for until the topic has been read to its end. */
const ASK_EVERY = "20 millis"

/** Which letters are meant: all where it is empty. */
export interface Filter {
  readonly reason?: DeadLetterReason | undefined
  readonly item?: ItemId | undefined
  /** Only those that were put this long ago or longer, in milliseconds. */
  readonly olderThanMillis?: number | undefined
}

/** Waits until the topic has been read; the caller bounds how long that may take. */
const whenRead = <A>(ask: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A> =>
  Effect.orDie(Effect.retry(ask, { schedule: Schedule.spaced(ASK_EVERY) }))

/**
 * Open letters behind `after`, oldest first. Waits until they have been read; the caller bounds that. One that is
 * handled meanwhile may be left out.
 */
export const open = Effect.fn("Letters.open")(function*(
  { item, olderThanMillis, reason }: Filter,
  after?: LetterAge,
  limit = MAX_LETTERS
): Effect.fn.Return<ReadonlyArray<DeadLetter>, never, DeadLetters> {
  const letters = yield* DeadLetters
  const putBy = olderThanMillis === undefined ? undefined : (yield* Clock.currentTimeMillis) - olderThanMillis
  const found: Array<DeadLetter> = []
  while (found.length < limit) {
    const size = Math.min(SLICE, limit - found.length)
    const slice = yield* whenRead(letters.list(size, { reason, item, putBy, after: found.at(-1) ?? after }))
    found.push(...slice)
    if (slice.length < size) break
    yield* Effect.yieldNow
  }
  return found
})

/** How many are open, by reason: all of them, also those beyond `MAX_LETTERS`. Waits as `open` does. */
export const counts = Effect.fn("Letters.counts")(function*(): Effect.fn.Return<DeadLetterStats, never, DeadLetters> {
  const letters = yield* DeadLetters
  return yield* whenRead(letters.stats)
})

/** One letter. Waits as `open` does. */
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
  { by, reason = NO_REASON }: Operator
): Effect.fn.Return<void, StoreUnavailable, DeadLetters> {
  const letters = yield* DeadLetters
  const timestamp = DateTime.formatIso(yield* DateTime.now)
  const id = { ...(topic === undefined ? {} : { topic }), partition, offset }
  yield* letters.handle({ ...id, action, by, why: reason, timestamp })
})

/**
 * When it was put, milliseconds since 1970 (UTC); none where the text is no time, as other programs may write the
 * topic.
 */
export const putAt = ({ timestamp }: Pick<DeadLetter, "timestamp">): Option.Option<number> =>
  Option.map(DateTime.make(timestamp), DateTime.toEpochMillis)
