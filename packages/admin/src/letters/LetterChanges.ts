/** `POST /admin/v1/dead-letters/replay` and `…/discard`. */
import type * as LetterBodies from "@flash-sale/domain/api/admin/LetterBodies"
import * as Discard from "@flash-sale/operations/letters/Discard"
import * as LetterBatch from "@flash-sale/operations/letters/LetterBatch"
import * as Letters from "@flash-sale/operations/letters/Letters"
import * as LetterSelection from "@flash-sale/operations/letters/LetterSelection"
import type { Refusal } from "@flash-sale/operations/letters/Refusal"
import * as ReplayPreview from "@flash-sale/operations/letters/ReplayPreview"
import * as ReplayRun from "@flash-sale/operations/letters/ReplayRun"
import { Effect, Result } from "effect"
import * as Audit from "../request/Audit.ts"
import * as Failures from "../request/Failures.ts"
import * as IdempotentRequests from "../request/IdempotentRequests.ts"
import { selectionOf } from "./LetterRequests.ts"

/** How long one request may take to handle its letters. What is not handled then stays open. */
const HANDLED_WITHIN = "60 seconds"

interface Outcome {
  readonly id: string
  readonly outcome: string
  readonly code?: string
  readonly order_status?: string
}

const refused = ({ id, refusal }: { readonly id: string; readonly refusal: Refusal }): Outcome => ({
  id,
  outcome: refusal.code,
  ..."status" in refusal ? { order_status: refusal.status } : {}
})

const handled = (isDryRun: boolean, letters: ReadonlyArray<Outcome>) => {
  const sums: Record<string, number> = {}
  for (const { outcome } of letters) sums[outcome] = (sums[outcome] ?? 0) + 1
  return { dry_run: isDryRun, total: letters.length, sums, letters }
}

const within = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.timeoutOrElse(effect, { duration: HANDLED_WITHIN, orElse: () => Failures.unavailable("outcome_unknown") })

const wordsOf = ({ filter, ids }: Pick<typeof LetterBodies.Replay.Type, "filter" | "ids">): string =>
  ids === undefined ? `all letters that ${JSON.stringify(filter)} leaves` : `${ids.length} letters from ${ids[0]} on`

const preview = (selection: LetterSelection.LetterSelection) =>
  Effect.map(within(ReplayPreview.preview(selection)), ({ entries }) =>
    handled(
      true,
      entries.map(({ id, outlook, refusal }): Outcome => ({
        id,
        outcome: outlook,
        ...(refusal === undefined ? {} : { code: refusal.code })
      }))
    ))

const outcomeOf = (result: ReplayRun.LetterResult): Outcome => {
  switch (result._tag) {
    case "Left":
      return { id: result.id, outcome: "left" }
    case "Refused":
      return refused(result)
    case "Failed":
      return { id: result.id, outcome: "failed", code: Failures.codeOf(result.error) }
    case "Replayed": {
      const { id, replayed } = result
      if (replayed._tag === "Replayed") return { id, outcome: "replayed" }
      return {
        id,
        outcome: "done_before",
        ...replayed._tag === "InLog" ? { order_status: replayed.status.status } : {}
      }
    }
  }
}

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
      const results = yield* within(ReplayRun.run(selection, operator))
      return handled(false, results.map(outcomeOf))
    }).pipe(
      Failures.answered,
      Audit.told({ change: "replay", detail: `replay ${wordsOf(payload)}`, reason })
    )
  })

const inspectAll = (selection: LetterSelection.LetterSelection) =>
  selection._tag === "Ids"
    ? LetterBatch.inspect(LetterSelection.distinct(selection.ids), Discard.inspect)
    : Effect.flatMap(Letters.open(selection.filter), (letters) => LetterBatch.inspect(letters, Discard.inspect))

export const discard = (payload: typeof LetterBodies.Discard.Type) =>
  Effect.gen(function*() {
    const selection = selectionOf(payload)
    const operator = yield* Audit.operator(payload.reason)
    const inspected = yield* within(inspectAll(selection))
    const refusals = LetterBatch.refusals(inspected).map(refused)
    if (selection._tag === "Ids" && refusals.length > 0) {
      const left = inspected.filter(({ step }) => step._tag !== "Refused")
      return handled(false, [...left.map(({ id }): Outcome => ({ id, outcome: "left" })), ...refusals])
    }
    const done = yield* within(LetterBatch.perform(inspected, (id, step) =>
      Effect.map(Effect.result(Discard.perform(step, operator)), (result): Outcome => {
        if (Result.isFailure(result)) {
          return { id, outcome: "failed", code: Failures.codeOf(result.failure) }
        }
        return { id, outcome: result.success._tag === "Discarded" ? "discarded" : "done_before" }
      })))
    return handled(false, [...done, ...refusals])
  }).pipe(
    Failures.answered,
    Audit.told({ change: "discard", detail: `discard ${wordsOf(payload)}`, reason: payload.reason })
  )
