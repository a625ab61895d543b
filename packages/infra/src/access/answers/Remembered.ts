/**
 * Callers that were checked once, by the header that they sent. Bounded by count and by characters: the oldest go
 * first.
 *
 * **Details**: nobody but a caller whose credential was good has an entry, so that a flood of bad ones drives nobody
 * out. An answer holds in an interval of the wall clock, in which checking it again would say the same.
 */
import type { Identity } from "@flash-sale/domain/ports/Callers"
import * as AgeOrderedMap from "../../collections/AgeOrderedMap.ts"

/** The most callers. */
export const MAX_REMEMBERED = 100_000
/** The most characters of all their headers together. */
export const MAX_CHARACTERS = 32 * 1024 * 1024

/** An answer, and when it holds: from an instant on and before another, in milliseconds since 1970 (UTC). */
export interface Answer {
  readonly identity: Identity
  readonly from: number
  readonly until: number
}

export interface Remembered {
  /** What this header was found to prove, where that holds `now`. */
  readonly find: (header: string, now: number) => Identity | undefined
  readonly keep: (header: string, answer: Answer) => void
  readonly size: () => number
}

export const make = (most = MAX_REMEMBERED, mostCharacters = MAX_CHARACTERS): Remembered => {
  const answers = AgeOrderedMap.make<string, Answer>()
  let characters = 0
  const drop = (header: string) => {
    if (answers.delete(header)) characters -= header.length
  }
  return {
    find: (header, now) => {
      const answer = answers.get(header)
      if (answer === undefined) return undefined
      if (now >= answer.from && now < answer.until) return answer.identity
      drop(header)
      return undefined
    },
    keep: (header, answer) => {
      drop(header)
      answers.set(header, answer)
      characters += header.length
      for (let oldest = answers.oldest(); oldest !== undefined; oldest = answers.oldest()) {
        if (answers.size() <= most && characters <= mostCharacters) return
        drop(oldest.key)
      }
    },
    size: answers.size
  }
}
