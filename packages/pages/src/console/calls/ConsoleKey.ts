/**
 * The operator's key: in this window until it is closed, and nowhere else. It comes typed, or in the fragment of an
 * address (`#key=`), which no server sees and out of which it is taken at once.
 */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import type { Kept } from "../../order/OrderMemory.ts"

const NAME = "flash-sale console key"
const IN_FRAGMENT = /^#key=(.*)$/s
const KEY = /^[\x21-\x7e]{1,200}$/

/** As `flash-sale key create` writes them. */
const SHAPE = /^fs_[a-z0-9-]{1,40}_[0-9A-Za-z]{32}$/

/** Whether it may be a key at all. */
export const isKeyLike = (text: string): boolean => SHAPE.test(text)

/** What is said of a text that cannot be a key. */
export const NO_KEY = new FlashSaleError("that is no key", { code: "unauthenticated" })

/** Whether the engine has said that a key is not valid. */
export const isRejection = (problem: unknown): boolean => problem instanceof FlashSaleError && problem.status === 401

/** What is in a fragment: a key, something that is meant to be one and is none, or nothing of that kind. */
export const keyIn = (fragment: string): { readonly key: string | undefined } | undefined => {
  const [, found] = IN_FRAGMENT.exec(fragment) ?? []
  return found === undefined ? undefined : { key: KEY.test(found) ? found : undefined }
}

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
