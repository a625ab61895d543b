/**
 * The open letters, as a fold of the topic. It is idempotent and independent of the order of records: a letter is known
 * by its identity, and one that was ever handled stays handled.
 *
 * **Details**: every identity is remembered (a few dozen bytes each), so the number of letters is exact; the contents
 * of letters and of handlings are kept up to a bound. Each reason has its own: a hundred thousand timeouts do not hide
 * the payment that a shop owes somebody. Letters come before their handlings, so that those which are kept may all be
 * handled in the end, while others wait: then the topic is folded once more, by a fold that knows what was handled.
 */
import {
  type DeadLetter,
  DeadLetterReason,
  type DeadLetterStats,
  type Handling,
  type LetterId,
  type LetterLookup,
  type LetterQuery,
  reasonCounts
} from "@flash-sale/domain/ports/DeadLetters"
import * as LetterQueries from "@flash-sale/domain/ports/LetterQuery"
import type { LetterEntry } from "@flash-sale/domain/ports/LetterReader"
import * as AgeOrderedMap from "../../collections/AgeOrderedMap.ts"

/** The most letters of each reason, and handlings, that are kept whole. Beyond it only number and age are known. */
export const LETTERS_KEPT = 10_000

export interface DeadLetterFold {
  readonly add: (entry: LetterEntry) => void
  /** Open letters that are meant and whose contents are kept, oldest first. */
  readonly list: (limit: number, query?: LetterQuery) => ReadonlyArray<DeadLetter>
  readonly find: (id: LetterId) => LetterLookup
  readonly stats: () => DeadLetterStats
  /** The letters that were handled: for a fold that comes after this one, which keeps none of them. */
  readonly handled: ReadonlySet<string>
  /** Whether fewer letters are kept than could be: then the topic is to be folded again from its start. */
  readonly isShort: () => boolean
}

interface Open {
  readonly at: number
  readonly reason: DeadLetterReason
  readonly letter: DeadLetter | undefined
}

const REASONS = DeadLetterReason.literals

const identity = ({ offset, partition, topic }: LetterId): string =>
  topic === undefined ? `${partition}:${offset}` : `${topic}/${partition}:${offset}`

/** A letter that another program wrote may have no valid time. */
const oldestOf = (letters: Iterable<Open>): number => {
  let oldest = Infinity
  for (const { at } of letters) if (at < oldest) oldest = at
  return oldest
}

/** An empty fold that keeps `kept` letters of each reason: others than these, which were handled. */
export const make = (kept = LETTERS_KEPT, before: ReadonlySet<string> = new Set()): DeadLetterFold => {
  const open = new Map<string, Open>()
  /** How many are open, and how many of them are kept, by reason. */
  const sizes: Record<DeadLetterReason, number> = { ...reasonCounts() }
  const keeping: Record<DeadLetterReason, number> = { ...reasonCounts() }
  const handled = new Set<string>()
  /** The first handling of each letter, the latest last. */
  const handlings = AgeOrderedMap.make<string, Handling>()

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
    handlings.deleteWhile(() => handlings.size() > kept)
  }

  /** When the oldest was put; undefined where it is to be looked up. */
  let oldestAt: number | undefined
  const oldest = (): number | undefined => {
    oldestAt ??= oldestOf(open.values())
    return oldestAt === Infinity ? undefined : oldestAt
  }

  const close = (handling: Handling): void => {
    const id = identity(handling)
    if (!handled.has(id)) remember(id, handling)
    handled.add(id)
    const letter = open.get(id)
    if (letter === undefined) return
    open.delete(id)
    sizes[letter.reason]--
    if (letter.letter !== undefined) keeping[letter.reason]--
    if (letter.at === oldestAt) oldestAt = undefined
  }

  const put = (letter: DeadLetter): void => {
    const id = identity(letter)
    if (handled.has(id) || open.has(id)) return
    const { error: reason } = letter
    const at = Date.parse(letter.timestamp)
    const isKept = keeping[reason] < kept && !before.has(id)
    open.set(id, { at, reason, letter: isKept ? letter : undefined })
    sizes[reason]++
    if (isKept) keeping[reason]++
    if (oldestAt !== undefined && at < oldestAt) oldestAt = at
  }

  return {
    add: (entry) => {
      ordered = undefined
      if (entry._tag === "Handled") close(entry.handling)
      else put(entry.letter)
    },
    list: (limit, query = {}) => listed(limit, query),
    find: (letterId) => {
      const id = identity(letterId)
      if (handled.has(id)) return { _tag: "Handled", handling: handlings.get(id) }
      const letter = open.get(id)?.letter
      return letter === undefined ? { _tag: "Unknown" } : { _tag: "Open", letter }
    },
    stats: () => ({ size: open.size, byReason: { ...sizes }, oldestAt: oldest() }),
    handled,
    isShort: () => REASONS.some((reason) => keeping[reason] < sizes[reason] && keeping[reason] < kept / 2)
  }
}
