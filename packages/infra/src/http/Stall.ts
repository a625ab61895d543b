/** Whether a client reads what it is sent: what waits to be written, and since when nothing of it went. Pure. */

/** How long a client may read nothing of what waits for it, in milliseconds. */
export const WRITE_TIMEOUT = 30_000

/** What is known of a socket's bytes, as Node counts them. */
export interface Written {
  /** All that was to be written until now. */
  readonly bytesWritten: number
  /** Of these, what the system has not taken yet. */
  readonly writableLength: number
}

export interface Stall {
  /** What the system had taken by then. */
  readonly taken: number
  /** In milliseconds. */
  readonly since: number
}

/** One look: the same stall, where nothing has gone since; undefined where nothing waits. */
export const look = (
  before: Stall | undefined,
  { bytesWritten, writableLength }: Written,
  now: number
): Stall | undefined => {
  if (writableLength === 0) return undefined
  const taken = bytesWritten - writableLength
  return before?.taken === taken ? before : { taken, since: now }
}

export const isOver = (stall: Stall | undefined, now: number): boolean =>
  stall !== undefined && now - stall.since >= WRITE_TIMEOUT
