/**
 * A map whose oldest entry is found at once, for what is forgotten in the order in which it came.
 *
 * **Details**: a `Map` is in that order as well, but V8 leaves a mark in the place of each entry that is deleted until
 * it makes the map anew, and whoever begins to iterate passes over all of them: with 100,000 entries, of which the
 * first is always deleted, `map.keys().next()` takes 7 µs. An iterator that is kept and goes on where it was is as
 * quick as this, but holds on to all that the map was made of since it went on last.
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
  readonly oldest: () => Entry<K, V> | undefined
}

export interface Entry<K, V> {
  readonly key: K
  readonly value: V
}

interface Linked<K, V> extends Entry<K, V> {
  before: Linked<K, V> | undefined
  after: Linked<K, V> | undefined
}

export const make = <K, V>(): AgeOrderedMap<K, V> => {
  const entries = new Map<K, Linked<K, V>>()
  let first: Linked<K, V> | undefined
  let last: Linked<K, V> | undefined

  const remove = (key: K): boolean => {
    const entry = entries.get(key)
    if (entry === undefined) return false
    entries.delete(key)
    const { after, before } = entry
    if (before === undefined) first = after
    else before.after = after
    if (after === undefined) last = before
    else after.before = before
    // An entry that is gone holds on to no other.
    entry.before = undefined
    entry.after = undefined
    return true
  }

  return {
    get: (key) => entries.get(key)?.value,
    has: (key) => entries.has(key),
    set: (key, value) => {
      remove(key)
      const entry = { key, value, before: last, after: undefined }
      if (last === undefined) first = entry
      else last.after = entry
      last = entry
      entries.set(key, entry)
    },
    delete: remove,
    clear: () => {
      for (const key of entries.keys()) remove(key)
    },
    size: () => entries.size,
    oldest: () => first
  }
}
