/** Counts by key in windows of time that begin with the first thing counted. Bounded in memory. */
import * as AgeOrderedMap from "./AgeOrderedMap.ts"

export interface Window {
  /** Of the same clock as the `now` by which it began. */
  readonly endsAt: number
  count: number
}

export interface FixedWindows<K> {
  /** The window that has not ended. */
  readonly find: (key: K, now: number) => Window | undefined
  /** A window of which nothing is counted yet, in place of the key's last one. */
  readonly begin: (key: K, now: number, millis: number) => Window
  /** Windows that are kept. Those that have ended are kept until room is needed or their key begins another. */
  readonly size: () => number
}

/** So many at the most: when there are more, those that began first start anew. */
export const make = <K>(most: number): FixedWindows<K> => {
  // In the order in which they began, and so in the order in which they end.
  const windows = AgeOrderedMap.make<K, Window>()

  return {
    find: (key, now) => {
      const known = windows.get(key)
      return known !== undefined && known.endsAt > now ? known : undefined
    },
    begin: (key, now, millis) => {
      windows.delete(key)
      windows.deleteWhile(({ value }) => value.endsAt <= now || windows.size() >= most)
      const begun: Window = { endsAt: now + millis, count: 0 }
      windows.set(key, begun)
      return begun
    },
    size: windows.size
  }
}
