/**
 * Orders that need a person: the topic `orders-dlq`. A letter is identified by the position of its record in the log.
 */
import { Context, type Effect, Schema } from "effect"
import { Currency, Price } from "../records/Command.ts"
import { Amount, Attempt, CorrelationId, type ItemId, RequestId, UserId } from "../records/Ids.ts"
import { MetadataJson } from "../records/OrderMetadata.ts"
import { Offset, PartitionId } from "../records/Partition.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/**
 * Why a record is dead-lettered: a closed set. There is no `Redis Failure`: processors wait until the store is back.
 * `Payment Without Order`: a shop has taken money for which there is no order, and owes it to the buyer.
 */
export const DeadLetterReason = Schema.Literals(["Payment Timeout", "Invalid Order Format", "Payment Without Order"])
export type DeadLetterReason = typeof DeadLetterReason.Type

/** The letter, with the original value byte for byte. */
export const DeadLetter = Schema.Struct({
  /** The topic of its record, where that is not the present log: one from before the log was moved. */
  topic: Schema.optionalKey(Schema.String),
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
  /** Buyer and units of the order, where its record does not say them: of a hold that was confirmed. */
  userId: Schema.optionalKey(UserId),
  amount: Schema.optionalKey(Amount),
  /** Of the order, where it had any: a later attempt has the same. */
  metadata: Schema.optionalKey(MetadataJson),
  /** When it was put, ISO 8601 in UTC. */
  timestamp: Schema.String
})
export type DeadLetter = typeof DeadLetter.Type

/** How a letter was handled: what was done, by which operator, why, and when (ISO 8601 in UTC). */
export const Handling = Schema.Struct({
  /** As in the letter. */
  topic: Schema.optionalKey(Schema.String),
  partition: PartitionId,
  offset: Offset,
  action: Schema.Literals(["replayed", "discarded"]),
  by: Schema.String,
  why: Schema.String,
  timestamp: Schema.String
})
export type Handling = typeof Handling.Type

/** A letter's identity: the position of its record in the log, or in the topic that was the log. */
export type LetterId = Pick<DeadLetter, "topic" | "partition" | "offset">

/**
 * - `Open`: not handled yet.
 * - `Handled`: with its first handling; undefined where that is too long ago to be remembered.
 * - `Unknown`: never put; or open, but beyond the bound of letters whose contents are kept.
 */
export type LetterLookup =
  | { readonly _tag: "Open"; readonly letter: DeadLetter }
  | { readonly _tag: "Handled"; readonly handling: Handling | undefined }
  | { readonly _tag: "Unknown" }

/** What decides which of two letters is older: when it was put, then its place in the log. */
export type LetterAge = Pick<DeadLetter, "timestamp" | "topic" | "partition" | "offset">

/** Which open letters are meant: all where it is empty. */
export interface LetterQuery {
  readonly reason?: DeadLetterReason | undefined
  readonly item?: ItemId | undefined
  /** Only those that were put then or before, milliseconds since 1970 (UTC); none of which it is not known when. */
  readonly putBy?: number | undefined
  /** Only those that are younger than this one, which need not be there. */
  readonly after?: LetterAge | undefined
}

/** How many letters have each reason. */
export type ReasonCounts = Readonly<Record<DeadLetterReason, number>>

/** Counts that are 0 for each reason that is not among these. */
export const reasonCounts = (counted: Partial<ReasonCounts> = {}): ReasonCounts => ({
  "Payment Timeout": 0,
  "Invalid Order Format": 0,
  "Payment Without Order": 0,
  ...counted
})

/**
 * How many letters are open, how many of them have each reason, and when the oldest of all was put (milliseconds since
 * 1970, UTC).
 */
export interface DeadLetterStats {
  readonly size: number
  readonly byReason: ReasonCounts
  readonly oldestAt: number | undefined
}

export class DeadLetters extends Context.Service<DeadLetters, {
  /** Puts a letter, durably. Idempotent by the letter's identity. `StoreUnavailable`: it may or may not be there. */
  readonly put: (letter: DeadLetter) => Effect.Effect<void, StoreUnavailable>
  /** Marks a letter as handled, durably. The first handling wins, also where it arrives before its letter. */
  readonly handle: (handling: Handling) => Effect.Effect<void, StoreUnavailable>
  /**
   * Open letters that are meant, oldest first, at most `limit`. Fails with `StoreUnavailable` until the letters have
   * been read.
   */
  readonly list: (limit: number, query?: LetterQuery) => Effect.Effect<ReadonlyArray<DeadLetter>, StoreUnavailable>
  /** One letter by its identity. */
  readonly find: (id: LetterId) => Effect.Effect<LetterLookup, StoreUnavailable>
  /** Number and age of the open letters, for metrics. */
  readonly stats: Effect.Effect<DeadLetterStats, StoreUnavailable>
}>()("@flash-sale/domain/ports/DeadLetters") {}
