/**
 * Reading letters and handlings in the order in which they were put, from a position on: for the archive, which folds
 * them. Changes nothing.
 */
import { Context, type Effect, type Stream } from "effect"
import type { Offset, PartitionId } from "../records/Partition.ts"
import type { DeadLetter, Handling } from "./DeadLetters.ts"
import type { PartitionBounds } from "./OrderLog.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What was put. */
export type LetterEntry =
  | { readonly _tag: "Letter"; readonly letter: DeadLetter }
  | { readonly _tag: "Handled"; readonly handling: Handling }

/** Entries in their order, and the position behind them. What is no entry is passed over. */
export interface LetterBatch {
  readonly entries: ReadonlyArray<LetterEntry>
  readonly next: Offset
}

/** A partition of the letters, which has nothing to do with those of the log. */
export interface LetterPartition extends PartitionBounds {
  readonly partition: PartitionId
}

export class LetterReader extends Context.Service<LetterReader, {
  /** Where each partition begins and ends now. */
  readonly partitions: Effect.Effect<ReadonlyArray<LetterPartition>, StoreUnavailable>
  /** From position `from` on and before `until`, which must not lie behind the end; in batches. */
  readonly read: (
    partition: PartitionId,
    from: Offset,
    until: Offset
  ) => Stream.Stream<LetterBatch, StoreUnavailable>
}>()("@flash-sale/domain/ports/LetterReader") {}
