/** Standard output, as the log writes to it: it takes what there is room for and never waits. */
import { writeSync } from "node:fs"

/** Where lines go. */
export interface Output {
  /** Hands bytes over; returns how many were taken, fewer than all where whoever reads is slow. Throws where nobody is. */
  readonly write: (bytes: Uint8Array) => number
  /** Whether a person reads it. */
  readonly isTerminal: boolean
  /** Calls back at the very end of the process; returns how to take that back. */
  readonly onExit: (flush: () => void) => () => void
}

const STDOUT = 1

const isFull = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EAGAIN"

export const stdout: Output = {
  write: (bytes) => {
    try {
      return writeSync(STDOUT, bytes)
    } catch (error) {
      if (isFull(error)) return 0
      throw error
    }
  },
  // Asking Node for its stream also makes a pipe one that does not block.
  isTerminal: process.stdout.isTTY === true,
  onExit: (flush) => {
    process.on("exit", flush)
    return () => process.off("exit", flush)
  }
}
