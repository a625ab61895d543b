/**
 * The operator's key: in this window until it is closed, and nowhere else. It comes typed, or in the fragment of an
 * address (`#key=`), which no server sees and out of which it is taken at once.
 */
import type { Kept } from "../../order/OrderMemory.ts"

const NAME = "flash-sale console key"
const IN_FRAGMENT = /^#key=([\x21-\x7e]{1,200})$/

/** As `flash-sale key create` writes them. */
const SHAPE = /^fs_[a-z0-9-]{1,40}_[0-9A-Za-z]{32}$/

/** Whether it may be a key at all. */
export const isKeyLike = (text: string): boolean => SHAPE.test(text)

/** The key in a fragment; undefined where there is none. */
export const keyIn = (fragment: string): string | undefined => IN_FRAGMENT.exec(fragment)?.[1]

export interface ConsoleKey {
  readonly read: () => string | undefined
  readonly keep: (key: string) => void
  readonly forget: () => void
}

export const consoleKey = (storage: Kept): ConsoleKey => ({
  read: () => storage.getItem(NAME) ?? undefined,
  keep: (key) => storage.setItem(NAME, key),
  forget: () => storage.removeItem(NAME)
})
