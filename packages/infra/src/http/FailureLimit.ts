/** How often one client may fail, counted in windows that begin with its first failure. Bounded in memory. */

import * as FixedWindows from "../collections/FixedWindows.ts"

export interface Bounds {
  /** Failures in a window; after them nothing of the client is tried. */
  readonly max: number
  /** In milliseconds. */
  readonly window: number
  /** Clients that are known at once. When there are more, those whose windows began first start anew. */
  readonly clients: number
}

export interface FailureLimit {
  /** How long until something of this client is tried again, in milliseconds; 0 where it is tried now. */
  readonly waitOf: (client: string) => number
  readonly failed: (client: string) => void
  /**
   * Whether no window is kept, so that nobody has to be asked about. Windows that have ended are kept until room is
   * needed or their client fails again: false means that somebody may have to wait.
   */
  readonly isClean: () => boolean
}

/** `now` in milliseconds, of a clock that nobody sets. */
export const make = ({ clients, max, window }: Bounds, now: () => number): FailureLimit => {
  const windows = FixedWindows.make<string>(clients)

  return {
    isClean: () => windows.size() === 0,
    waitOf: (client) => {
      const at = now()
      const known = windows.find(client, at)
      return known !== undefined && known.count >= max ? known.endsAt - at : 0
    },
    failed: (client) => {
      const at = now()
      const counted = windows.find(client, at) ?? windows.begin(client, at, window)
      counted.count++
    }
  }
}
