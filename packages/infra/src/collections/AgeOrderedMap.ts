/**
 * A map whose oldest entry is found at once, for what is forgotten in the order in which it came.
 *
 * **Details**: a `Map` is in that order as well, but V8 leaves a mark in the place of each entry that is deleted until
 * it makes the map anew, and whoever begins to iterate passes over all of them. With 100,000 entries, of which the
 * first is always deleted, `map.keys().next()` takes 7 µs, and an iterator that goes on where it was 0.3 µs.
 */

export interface AgeOrderedMap<K, V> {
  readonly get: (key: K) => V | undefined
  readonly has: (key: K) => boolean
  /** Keeps the value as the newest, also where the key is there. */
  readonly set: (key: K, value: V) => void
  /** Whether it was there. */
  readonly delete: (key: K) => boolean
  readonly clear: () => void
  readonly size: () => number
  /** The entry that was set before all others; undefined where there is none. */
  readonly oldest: () => readonly [key: K, value: V] | undefined
}

export const make = <K, V>(): AgeOrderedMap<K, V> => {
  const entries = new Map<K, V>()
  /** Every entry that it has passed is deleted, but for `first`. */
  let rest = entries.entries()
  let first: readonly [key: K, value: V] | undefined

  const remove = (key: K): boolean => {
    if (first !== undefined && first[0] === key) first = undefined
    return entries.delete(key)
  }
  const restart = (): void => {
    rest = entries.entries()
    first = undefined
  }

  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    set: (key, value) => {
      remove(key)
      // An iterator that was empty once stays so.
      if (entries.size === 0) restart()
      entries.set(key, value)
    },
    delete: remove,
    clear: () => entries.clear(),
    size: () => entries.size,
    oldest: () => {
      if (entries.size === 0) return undefined
      if (first === undefined) first = rest.next().value
      return first
    }
  }
}
