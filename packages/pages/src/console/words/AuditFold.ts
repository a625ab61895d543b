/** What was done many times in a row, as one: so that one replay of thirty letters hides nothing else. Pure. */
import type { AuditRow } from "../calls/AccountWire.ts"
import { doneOf } from "./AuditWords.ts"

/** So many in a row are shown as one. */
const LEAST = 3

/** One entry, or several that are alike: the newest first. */
export interface AuditGroup {
  readonly entries: readonly [AuditRow, ...ReadonlyArray<AuditRow>]
  readonly isFolded: boolean
}

const likeness = (entry: AuditRow): string => JSON.stringify([entry.type, doneOf(entry), entry.by, entry.reason])

/** Neighbours by the same person, who did the same for the same reason, are one. */
export const foldOf = (entries: ReadonlyArray<AuditRow>): ReadonlyArray<AuditGroup> => {
  const runs: Array<[AuditRow, ...Array<AuditRow>]> = []
  for (const entry of entries) {
    const run = runs.at(-1)
    if (run !== undefined && likeness(run[0]) === likeness(entry)) run.push(entry)
    else runs.push([entry])
  }
  return runs.flatMap((run): ReadonlyArray<AuditGroup> =>
    run.length >= LEAST
      ? [{ entries: run, isFolded: true }]
      : run.map((entry) => ({ entries: [entry], isFolded: false }))
  )
}

/** What can be done by hand, as the filter has it. */
export const WHAT: ReadonlyArray<readonly [prefix: string, words: string]> = [
  ["item.", "Stock"],
  ["sale.", "Sales"],
  ["order.", "Orders"],
  ["letter.", "Dead letters"],
  ["webhook.", "Webhooks"]
]
