/** `POST /admin/v1/dead-letters/replay` and `…/discard`. */
import type * as LetterBodies from "@flash-sale/domain/api/admin/LetterBodies"
import * as DiscardRun from "@flash-sale/operations/letters/DiscardRun"
import * as LetterSelection from "@flash-sale/operations/letters/LetterSelection"
import * as ReplayPreview from "@flash-sale/operations/letters/ReplayPreview"
import * as ReplayRun from "@flash-sale/operations/letters/ReplayRun"
import { Effect } from "effect"
import * as Audit from "../request/Audit.ts"
import * as Failures from "../request/Failures.ts"
import * as IdempotentRequests from "../request/IdempotentRequests.ts"
import * as LetterOutcomes from "./LetterOutcomes.ts"
import { selectionOf } from "./LetterRequests.ts"

/** How long it may take to look at the letters, before the first is changed. */
const LOOKED_WITHIN = "30 seconds"
/** How long one request may take to handle its letters. What is not handled then stays open. */
const HANDLED_WITHIN = "60 seconds"

const handled = (isDryRun: boolean, letters: ReadonlyArray<LetterOutcomes.Outcome>) => {
  const sums: Record<string, number> = {}
  for (const { outcome } of letters) sums[outcome] = (sums[outcome] ?? 0) + 1
  return { dry_run: isDryRun, total: letters.length, sums, letters }
}

const extentOf = ({ letters, total }: ReturnType<typeof handled>): Audit.Extent =>
  Audit.extentOf(letters.filter(LetterOutcomes.isDone).length, total)

/** Letters are read from the log: what has not been read in time changes nothing. */
const looked = <A, E, R>(look: Effect.Effect<A, E, R>) =>
  Effect.andThen(Failures.logKnown, Failures.bounded(look, "log_unavailable", LOOKED_WITHIN))

const wordsOf = ({ filter, ids }: Pick<typeof LetterBodies.Replay.Type, "filter" | "ids">): string =>
  ids === undefined ? `all letters that ${JSON.stringify(filter)} leaves` : `${ids.length} letters from ${ids[0]} on`

/** Ten thousand outcomes are a lot of JSON: other requests come before it is written. */
const preview = (selection: LetterSelection.LetterSelection) =>
  looked(ReplayPreview.preview(selection)).pipe(
    Effect.map(({ entries }) => handled(true, entries.map(LetterOutcomes.ofPreviewed))),
    Effect.tap(() => Effect.yieldNow)
  )

/** Replays, or says what a replay would do. Letters that were replayed before are replayed by nobody again. */
export const replay = (payload: typeof LetterBodies.Replay.Type, key: string | undefined) =>
  Effect.suspend(() => {
    const { dry_run: isDryRun = false, filter, ids, reason } = payload
    const selection = selectionOf(payload)
    if (isDryRun) return Failures.answered(preview(selection))
    return Effect.gen(function*() {
      yield* IdempotentRequests.look(key, [
        "replay",
        ids ?? null,
        filter === undefined ? null : [filter.reason ?? null, filter.item ?? null, filter.older_than ?? null],
        reason
      ])
      const operator = yield* Audit.operator(reason)
      const inspected = yield* looked(LetterSelection.inspect(selection))
      const results = yield* ReplayRun.perform(selection, inspected, operator, HANDLED_WITHIN)
      return handled(false, results.map(LetterOutcomes.of))
    }).pipe(
      Failures.answered,
      Audit.told({ change: "replay", detail: `replay ${wordsOf(payload)}`, reason }, extentOf)
    )
  })

export const discard = (payload: typeof LetterBodies.Discard.Type) =>
  Effect.gen(function*() {
    const selection = selectionOf(payload)
    const operator = yield* Audit.operator(payload.reason)
    const inspected = yield* looked(DiscardRun.inspect(selection))
    const results = yield* DiscardRun.perform(selection, inspected, operator, HANDLED_WITHIN)
    return handled(false, results.map(LetterOutcomes.of))
  }).pipe(
    Failures.answered,
    Audit.told({ change: "discard", detail: `discard ${wordsOf(payload)}`, reason: payload.reason }, extentOf)
  )
