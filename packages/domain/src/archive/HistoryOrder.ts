/**
 * The order in which a history is read. Events stand in the order of the log, whatever their clocks say; a dead letter
 * and what a person did with it have no place in the log, and stand behind what had been told by their time. Pure.
 */
import type { HistoryEntry } from "./ArchivedOrder.ts"

const isOfLetter = ({ type }: HistoryEntry): boolean => type.startsWith("letter.")

const byTime = (one: HistoryEntry, other: HistoryEntry): number => Date.parse(one.time) - Date.parse(other.time)

/** Oldest first. `entries` are in the order of the log. */
export const oldestFirst = (entries: ReadonlyArray<HistoryEntry>): ReadonlyArray<HistoryEntry> => {
  const letters = entries.filter(isOfLetter).toSorted(byTime)
  if (letters.length === 0) return entries
  const all: Array<HistoryEntry> = []
  let next = 0
  for (const event of entries.filter((entry) => !isOfLetter(entry))) {
    while (next < letters.length && byTime(letters[next]!, event) < 0) all.push(letters[next++]!)
    all.push(event)
  }
  return [...all, ...letters.slice(next)]
}
