/** Where a page keeps its orders until the window is closed, so that a reload finds them again. */

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
  /** Whether no buyer of this window has an order. */
  readonly isEmpty: () => boolean
  /** The order of this buyer; undefined where there is none. */
  readonly read: (userId: string) => KeptOrder | undefined
  /** In place of the buyer's order of before. */
  readonly keep: (order: KeptOrder) => void
  readonly forget: (userId: string) => void
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
/** Buyers of one window whose orders are kept: the one whose order is the oldest is forgotten first. */
const MAX_BUYERS = 20

/** The memory of one item at one engine: an order of each buyer. Ids have no spaces and no line breaks. */
export const orderMemory = (storage: Kept, gateway: string, itemId: string): OrderMemory => {
  const key = `${PREFIX} order ${gateway} ${itemId}`
  const all = (): ReadonlyArray<KeptOrder> =>
    (storage.getItem(key) ?? "").split("\n").flatMap((line) => {
      const [requestId = "", userId = ""] = line.split(" ")
      return requestId === "" || userId === "" ? [] : [{ requestId, userId }]
    })
  const without = (userId: string) => all().filter((order) => order.userId !== userId)
  const write = (orders: ReadonlyArray<KeptOrder>): void =>
    orders.length === 0
      ? storage.removeItem(key)
      : storage.setItem(key, orders.map(({ requestId, userId }) => `${requestId} ${userId}`).join("\n"))
  return {
    isEmpty: () => all().length === 0,
    read: (userId) => all().find((order) => order.userId === userId),
    keep: (order) => write([...without(order.userId), order].slice(-MAX_BUYERS)),
    forget: (userId) => write(without(userId))
  }
}

/** A buyer without a name: the same for as long as the window is open. `make` gives a new one. */
export const guest = (storage: Kept, make: () => string): string => {
  const key = `${PREFIX} guest`
  const known = storage.getItem(key) ?? `guest-${make()}`
  storage.setItem(key, known)
  return known
}
