/** An output that remembers what it was given, and a process whose end the test sets. */
import type { Output } from "@flash-sale/infra/observability/logs/LogOutput"

export interface Written {
  readonly output: Output
  /** Each write by itself. */
  readonly writes: ReadonlyArray<string>
  /** All lines; the last one ended, too. */
  readonly lines: () => ReadonlyArray<string>
  /** How many bytes it takes at once from now on; 0 is an output that is not read. */
  readonly room: (bytes: number) => void
  readonly exit: () => void
  /** How many wait for the end of the process. */
  readonly hooks: () => number
}

export const make = (isTerminal = false): Written => {
  const writes: Array<string> = []
  const exits = new Set<() => void>()
  let room = Number.POSITIVE_INFINITY
  return {
    writes,
    output: {
      isTerminal,
      write: (bytes) => {
        const taken = Math.min(room, bytes.length)
        if (taken > 0) writes.push(Buffer.from(bytes.subarray(0, taken)).toString())
        return taken
      },
      onExit: (flush) => {
        exits.add(flush)
        return () => exits.delete(flush)
      }
    },
    lines: () => {
      const text = writes.join("")
      if (text === "") return []
      if (!text.endsWith("\n")) throw new Error(`a line without an end: ${text.slice(-100)}`)
      return text.slice(0, -1).split("\n")
    },
    room: (bytes) => {
      room = bytes
    },
    exit: () => exits.forEach((flush) => flush()),
    hooks: () => exits.size
  }
}
