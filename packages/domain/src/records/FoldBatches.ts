/** Records in batches that a store folds in one call each. */
import * as Chunks from "./Chunks.ts"
import type { Command } from "./Command.ts"

/**
 * The records in batches, in order. None names more than `most` orders, but for a single record that names more by
 * itself: a settlement of many payments is one record and many orders.
 */
export const of = <A extends { readonly command: Command }>(
  records: ReadonlyArray<A>,
  most: number
): ReadonlyArray<ReadonlyArray<A>> =>
  Chunks.of(records, most, ({ command }) => command._tag === "Settle" ? command.settlements.length : 1)
