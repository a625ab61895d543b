/**
 * An item as it changes, by one stream for all in this page who show it: over HTTP/1.1 a browser has six connections to
 * an engine, and each stream keeps one.
 */
import type { Client, Fetch, ItemStanding } from "@flash-sale/client"
import { createClient } from "@flash-sale/client/Client.ts"
import { browserClocks, ClockTrust } from "./ClockTrust.ts"
import { EngineClock } from "./EngineClock.ts"
import { type ItemListener, watchItem } from "./ItemWatch.ts"
import { type Page, whileShown } from "./Shown.ts"
import { linked } from "./StreamLink.ts"
import { after, every } from "./Timers.ts"

/** How long a stream may be away before what it has told counts as old, in milliseconds. */
const STALE_AFTER = 2_000
/** How often it is looked whether the clock may still be believed, in milliseconds. */
const LOOKED_EVERY = 1_000

export class ItemStream {
  readonly clock = new EngineClock()
  readonly #listeners = new Set<() => void>()
  readonly #ending = new AbortController()
  #asking = new AbortController()
  #item: ItemStanding | undefined
  readonly #listener: ItemListener = {
    onItem: (item) => {
      this.clock.set(item.now)
      this.#hear(item)
    },
    onCounts: (counts) => this.#hear(this.#item === undefined ? undefined : { ...this.#item, ...counts }),
    onFailed: (code) => this.#change(() => this.#problem = code)
  }
  #problem: string | undefined
  #isBroken = false
  #isStale = false
  #cancelStale = () => {}

  /** Undefined before anything was told. */
  get item(): ItemStanding | undefined {
    return this.#item
  }

  /** Why nothing new is told, as a code; undefined where something is. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Whether what was told may be old. */
  get isStale(): boolean {
    return this.#isStale || this.#problem !== undefined
  }

  /** Calls this after each change, until what is returned is called: it says whether nobody listens any more. */
  listen(listener: () => void): () => boolean {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      return this.#listeners.size === 0
    }
  }

  /** Follows the item while somebody looks at the page. `clientOf` makes the client that does so by this `fetch`. */
  begin(page: Page, itemId: string, clientOf: (fetch: Fetch) => Client, fetch?: Fetch): void {
    const client = clientOf(linked((isThere) => isThere || this.#break(), fetch))
    void whileShown(page, this.#ending.signal, (signal) => this.#follow(client, itemId, signal))
  }

  /** Asks for the item and the time anew, by another connection: the one of before may be dead without a word. */
  askAnew(): void {
    this.#asking.abort()
  }

  async #follow(client: Client, itemId: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#asking = new AbortController()
      const trust = new ClockTrust(browserClocks)
      const stop = every(LOOKED_EVERY, () => trust.isLost && this.askAnew())
      try {
        await watchItem(client, itemId, this.#listener, AbortSignal.any([signal, this.#asking.signal]))
      } finally {
        stop()
      }
    }
  }

  end(): void {
    this.#cancelStale()
    this.#ending.abort()
  }

  #hear(item: ItemStanding | undefined): void {
    this.#cancelStale()
    this.#change(() => {
      this.#item = item
      this.#problem = undefined
      this.#isBroken = false
      this.#isStale = false
    })
  }

  /** Counted from the first time on: each connection that then fails is no new beginning. */
  #break(): void {
    if (this.#isBroken || this.#ending.signal.aborted) return
    this.#isBroken = true
    this.#cancelStale = after(STALE_AFTER, () => this.#change(() => this.#isStale = true))
  }

  #change(take: () => void): void {
    if (this.#ending.signal.aborted) return
    take()
    for (const listener of [...this.#listeners]) listener()
  }
}

export interface Joined {
  readonly stream: ItemStream
  /** Leaves it; it ends with its last listener. */
  readonly leave: () => void
}

const open = new Map<string, ItemStream>()

/** The stream of this item at this engine, which begins with its first listener. Anybody may read an item. */
export const joinItem = (gateway: string, itemId: string, listener: () => void): Joined => {
  const key = `${gateway} ${itemId}`
  const known = open.get(key)
  const stream = known ?? new ItemStream()
  const stop = stream.listen(listener)
  if (known === undefined) {
    open.set(key, stream)
    stream.begin(document, itemId, (fetch) => createClient({ baseUrl: gateway, fetch }))
  }
  return {
    stream,
    leave: () => {
      if (!stop()) return
      open.delete(key)
      stream.end()
    }
  }
}
