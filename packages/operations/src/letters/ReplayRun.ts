/** Replaying several letters, with a result for each. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { type Duration, Effect } from "effect"
import type * as LetterBatch from "./LetterBatch.ts"
import * as LetterRun from "./LetterRun.ts"
import type { LetterSelection } from "./LetterSelection.ts"
import * as Replay from "./Replay.ts"

/**
 * `Replayed`: see `Replay.Replayed`. Its next attempt is in the log, whatever failed afterwards. One that is `Failed`
 * has no attempt in the log, or (`AppendUnknown`) nobody knows; replaying it again starts no second attempt.
 */
export type LetterResult =
  | { readonly _tag: "Replayed"; readonly id: string; readonly replayed: Replay.Replayed }
  | LetterRun.Unhandled<Replay.ReplayError>

/** A result for each letter that was inspected by `LetterSelection.inspect`, as `LetterRun` gives them. */
export const perform = Effect.fn("ReplayRun.perform")(function*(
  selection: LetterSelection,
  inspected: ReadonlyArray<LetterBatch.Inspected<Replay.Step>>,
  operator: Operator,
  within?: Duration.Input
): Effect.fn.Return<ReadonlyArray<LetterResult>, never, DeadLetters | OrderStatuses | ItemStore | OrderLog> {
  return yield* LetterRun.perform(
    selection,
    inspected,
    (step) => Replay.perform(step, operator),
    (id, replayed) => ({ _tag: "Replayed" as const, id, replayed }),
    within
  )
})
