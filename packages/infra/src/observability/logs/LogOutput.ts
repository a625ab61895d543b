/** Standard output, as the log writes to it: it takes what there is room for and never waits. */
import { writeSync } from "node:fs"

/** The output is closed for good. */
export type Gone = "gone"

/** The output of log lines. */
export interface Output {
  /** Writes bytes; returns how many were taken: fewer than all where the reader is slow, or the disk is full. */
  readonly write: (bytes: Uint8Array) => number | Gone
  /** Whether it is a terminal. */
  readonly isTerminal: boolean
  /** Calls back at the very end of the process; returns how to take that back. */
  readonly onExit: (flush: () => void) => () => void
}

const STDOUT = 1

/**
 * The other end of a pipe is closed, or there is no output at all. Anything else may pass: a full pipe, a full disk.
 */
const FINAL: ReadonlyArray<unknown> = ["EPIPE", "EBADF", "ECONNRESET"]

/** One attempt to write. */
export const attempt = (write: () => number): number | Gone => {
  try {
    return write()
  } catch (error) {
    return error instanceof Error && "code" in error && FINAL.includes(error.code) ? "gone" : 0
  }
}

export const stdout: Output = {
  write: (bytes) => attempt(() => writeSync(STDOUT, bytes)),
  // Asking Node for its stream also makes a pipe one that does not block.
  isTerminal: process.stdout.isTTY === true,
  onExit: (flush) => {
    process.on("exit", flush)
    return () => process.off("exit", flush)
  }
}
