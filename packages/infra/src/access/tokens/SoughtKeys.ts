/**
 * Names of keys that tokens have asked for, and whether they were looked for since. Bounded: the names that were asked
 * for longest ago go, and are looked for anew.
 *
 * **Details**: requests to the address are numbered as they begin. A name is settled once a request has succeeded that
 * began after the name was first heard: what came of it says whether the key is there.
 */

/** The most names. Each is shorter than a header may be, 4,096 characters. */
const MAX_SOUGHT = 1_000

export interface SoughtKeys {
  /** Notes that a token names this key. */
  readonly note: (kid: string) => void
  /** Whether the key was looked for since it was first noted. */
  readonly isSettled: (kid: string) => boolean
  /** A request begins: its number. */
  readonly begin: () => number
  readonly succeeded: (request: number) => void
}

export const make = (most = MAX_SOUGHT): SoughtKeys => {
  /** The last request that had begun when a name was first heard, in the order in which names were heard last. */
  const heard = new Map<string, number>()
  let begun = 0
  let settledBy = 0
  return {
    note: (kid) => {
      const since = heard.get(kid) ?? begun
      heard.delete(kid)
      heard.set(kid, since)
      for (const [oldest] of heard) {
        if (heard.size <= most) return
        heard.delete(oldest)
      }
    },
    isSettled: (kid) => {
      const since = heard.get(kid)
      return since !== undefined && settledBy > since
    },
    begin: () => ++begun,
    succeeded: (request) => {
      settledBy = request
    }
  }
}
