/** Orders that need a person: the topic `orders-dlq`. A letter's identity is where its record stands in `orders`. */
import { Context, type Effect, Schema } from "effect"
import { Currency, Price } from "../records/Command.ts"
import { Attempt, CorrelationId, RequestId } from "../records/Ids.ts"
import { Offset, PartitionId } from "../records/Partition.ts"
import type { StoreUnavailable } from "./ItemStore.ts"

/** Why a record is dead-lettered: a closed set. `Redis Failure` never is one: a store that is away is waited for. */
export const DeadLetterReason = Schema.Literals(["Payment Timeout", "Invalid Order Format"])
export type DeadLetterReason = typeof DeadLetterReason.Type

/** The letter, with the original value byte for byte. */
export const DeadLetter = Schema.Struct({
  partition: PartitionId,
  offset: Offset,
  key: Schema.optionalKey(Schema.String),
  value: Schema.Uint8Array,
  error: DeadLetterReason,
  requestId: Schema.optionalKey(RequestId),
  correlationId: CorrelationId,
  attempt: Attempt,
  /** Of one unit, as this attempt was to be charged; absent where the sale named none. */
  price: Schema.optionalKey(Price),
  currency: Schema.optionalKey(Currency),
  /** When it was put, ISO 8601 in UTC. */
  timestamp: Schema.String
})
export type DeadLetter = typeof DeadLetter.Type

/** What became of a letter. */
export const Handling = Schema.Struct({
  partition: PartitionId,
  offset: Offset,
  action: Schema.Literals(["replayed", "discarded"]),
  by: Schema.String,
  why: Schema.String,
  timestamp: Schema.String
})
export type Handling = typeof Handling.Type

/** A letter's identity: where its record stands in `orders`. */
export type LetterId = Pick<DeadLetter, "partition" | "offset">

/**
 * - `Open`: nobody has handled it.
 * - `Handled`: with what was done first, where that is not too long ago to be remembered.
 * - `Unknown`: never put; or one of so many open letters that its contents are not at hand.
 */
export type LetterLookup =
  | { readonly _tag: "Open"; readonly letter: DeadLetter }
  | { readonly _tag: "Handled"; readonly handling: Handling | undefined }
  | { readonly _tag: "Unknown" }

/** How many letters nobody has handled yet, and when the oldest of those was put (milliseconds since 1970). */
export interface DeadLetterStats {
  readonly size: number
  readonly oldestAt: number | undefined
}

export class DeadLetters extends Context.Service<DeadLetters, {
  /** Puts a letter, durably. Putting the same one again is the same letter. */
  readonly put: (letter: DeadLetter) => Effect.Effect<void, StoreUnavailable>
  /** Marks a letter as handled, durably. Handled wins, in whatever order mark and letter arrive. */
  readonly handle: (handling: Handling) => Effect.Effect<void, StoreUnavailable>
  /** Letters that nobody has handled, oldest first, at most `limit`. */
  readonly list: (limit: number) => Effect.Effect<ReadonlyArray<DeadLetter>, StoreUnavailable>
  readonly find: (id: LetterId) => Effect.Effect<LetterLookup, StoreUnavailable>
  readonly stats: Effect.Effect<DeadLetterStats, StoreUnavailable>
}>()("@flash-sale/domain/ports/DeadLetters") {}
