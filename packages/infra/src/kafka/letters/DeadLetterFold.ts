/**
 * The open letters, as a fold of the topic. It is idempotent and independent of the order of records: a letter is known
 * by its identity, and one that was ever handled stays handled.
 *
 * **Details**: every identity is remembered (a few dozen bytes each), so the number of letters is exact; the contents
 * of letters and of handlings are kept up to a bound.
 */
import {
  type DeadLetter,
  type DeadLetterReason,
  type DeadLetterStats,
  type Handling,
  type LetterId,
  type LetterLookup,
  type LetterQuery,
  reasonCounts
} from "@flash-sale/domain/ports/DeadLetters"
import * as LetterQueries from "@flash-sale/domain/ports/LetterQuery"
import type { LetterEntry } from "@flash-sale/domain/ports/LetterReader"

/** The most letters, and handlings, that are kept with their contents. Beyond it only number and age are known. */
export const LETTERS_KEPT = 10_000

export interface DeadLetterFold {
  readonly add: (entry: LetterEntry) => void
  /** Open letters that are meant and whose contents are kept, oldest first. */
  readonly list: (limit: number, query?: LetterQuery) => ReadonlyArray<DeadLetter>
  readonly find: (id: LetterId) => LetterLookup
  readonly stats: () => DeadLetterStats
  /** Whether fewer letters are kept than could be: then the topic is to be folded again from its start. */
  readonly isShort: () => boolean
}

interface Open {
  readonly at: number
  readonly reason: DeadLetterReason
  readonly letter: DeadLetter | undefined
}

const identity = ({ offset, partition, topic }: LetterId): string =>
  topic === undefined ? `${partition}:${offset}` : `${topic}/${partition}:${offset}`

/** An empty fold that keeps `kept` letters. */
export const make = (kept = LETTERS_KEPT): DeadLetterFold => {
  const open = new Map<string, Open>()
  const handled = new Set<string>()
  /** The first handling of each letter, the latest last. */
  const handlings = new Map<string, Handling>()
  let keeping = 0

  /** Those that are kept, oldest first; undefined where they have changed since they were put in order. */
  let ordered: ReadonlyArray<DeadLetter> | undefined
  const letters = (): ReadonlyArray<DeadLetter> =>
    ordered ??= [...open.values()].flatMap(({ letter }) => letter ?? []).toSorted(LetterQueries.compare)
  const listed = (limit: number, query: LetterQuery): ReadonlyArray<DeadLetter> => {
    const found: Array<DeadLetter> = []
    for (const letter of letters()) {
      if (found.length >= limit) break
      if (LetterQueries.isMeant(query, letter)) found.push(letter)
    }
    return found
  }

  const remember = (id: string, handling: Handling): void => {
    handlings.set(id, handling)
    const eldest = handlings.keys().next()
    if (handlings.size > kept && !eldest.done) handlings.delete(eldest.value)
  }

  return {
    add: (entry) => {
      ordered = undefined
      if (entry._tag === "Handled") {
        const id = identity(entry.handling)
        if (!handled.has(id)) remember(id, entry.handling)
        handled.add(id)
        if (open.get(id)?.letter !== undefined) keeping--
        open.delete(id)
        return
      }
      const id = identity(entry.letter)
      if (handled.has(id) || open.has(id)) return
      const isKept = keeping < kept
      if (isKept) keeping++
      open.set(id, {
        at: Date.parse(entry.letter.timestamp),
        reason: entry.letter.error,
        letter: isKept ? entry.letter : undefined
      })
    },
    list: (limit, query = {}) => listed(limit, query),
    find: (letterId) => {
      const id = identity(letterId)
      if (handled.has(id)) return { _tag: "Handled", handling: handlings.get(id) }
      const letter = open.get(id)?.letter
      return letter === undefined ? { _tag: "Unknown" } : { _tag: "Open", letter }
    },
    stats: () => {
      let oldestAt: number | undefined
      const byReason = { ...reasonCounts() }
      // A letter that another program wrote may have no valid time.
      for (const { at, reason } of open.values()) {
        if (at < (oldestAt ?? Infinity)) oldestAt = at
        byReason[reason]++
      }
      return { size: open.size, byReason, oldestAt }
    },
    isShort: () => keeping < open.size && keeping < kept / 2
  }
}
