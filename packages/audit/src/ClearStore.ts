/** Clearing the embedded file of all that was folded, in the place of an engine. */
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import { Effect } from "effect"
import type { SurveyedPartition } from "./Survey.ts"

/**
 * Clears partition after partition, each with its mark in one step: where this ends half-way, the next engine folds
 * what is missing. `makeEpoch` draws the name of a recovery that none has had before.
 */
export const clear = Effect.fnUntraced(
  function*(log: ReadonlyArray<SurveyedPartition>, makeEpoch: Effect.Effect<string>) {
    const marks = yield* RecoveryMarks
    const stored = yield* StoredItems
    for (const { partition } of log) {
      // A recovery that was cut short has an epoch as well.
      const epoch = yield* Recovery.join(partition, yield* marks.read(partition), makeEpoch)
      const items = yield* stored.items(partition)
      yield* stored.clear(partition, epoch, items.map((itemId) => ({ itemId, seq: 0, why: "recover" }))).pipe(
        // Nothing else folds here while this process holds the engine's lock.
        Effect.catchTag("MarkMoved", Effect.die)
      )
    }
  }
)
