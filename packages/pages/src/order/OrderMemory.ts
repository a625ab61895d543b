/** Where a page keeps its order until the window is closed, so that a reload finds it again. */

export interface KeptOrder {
  readonly requestId: string
  readonly userId: string
}

/** The part of `Storage` that is used. */
export interface Kept {
  readonly getItem: (key: string) => string | null
  readonly setItem: (key: string, value: string) => void
  readonly removeItem: (key: string) => void
}

export interface OrderMemory {
  readonly read: () => KeptOrder | undefined
  readonly keep: (order: KeptOrder) => void
  readonly forget: () => void
}

/** In this page alone: where a browser keeps nothing. */
export const pageStorage = (): Kept => {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key)
  }
}

/** Until the window is closed. */
export const windowStorage = (): Kept => {
  try {
    return sessionStorage
  } catch {
    // Who forbids it to keep anything can use the page as well; a reload finds nothing again then.
    return pageStorage()
  }
}

const PREFIX = "flash-sale"

/** The memory of one item at one engine. Ids have no spaces. */
export const orderMemory = (storage: Kept, gateway: string, itemId: string): OrderMemory => {
  const key = `${PREFIX} order ${gateway} ${itemId}`
  return {
    read: () => {
      const [requestId = "", userId = ""] = (storage.getItem(key) ?? "").split(" ")
      return requestId === "" || userId === "" ? undefined : { requestId, userId }
    },
    keep: ({ requestId, userId }) => storage.setItem(key, `${requestId} ${userId}`),
    forget: () => storage.removeItem(key)
  }
}

/** A buyer without a name: the same for as long as the window is open. `make` gives a new one. */
export const guest = (storage: Kept, make: () => string): string => {
  const key = `${PREFIX} guest`
  const known = storage.getItem(key) ?? `guest-${make()}`
  storage.setItem(key, known)
  return known
}
