/** What a process has used of processors and memory. */
import { readFileSync } from "node:fs"

/** The kernel counts processor time in these, on every Linux there is. */
const TICKS_PER_SECOND = 100

/** Processor time of a process so far, in microseconds, of all its threads. */
export const cpuMicros = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
}

/** The most memory that a process has had so far, in megabytes. */
const peakMegabytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

export interface Used {
  readonly cpuMicros: number
  readonly peakMegabytes: number
}

const WATCH_EVERY_MILLIS = 20

/** Watches a process that may end by itself; the answer is what it had used when it was last seen. */
export const watch = (pid: number): () => Used => {
  let used: Used = { cpuMicros: 0, peakMegabytes: 0 }
  const look = (): void => {
    try {
      const now = { cpuMicros: cpuMicros(pid), peakMegabytes: peakMegabytes(pid) }
      if (now.peakMegabytes > 0) used = now
    } catch {
      // It has ended: the last measurement counts. A process that is ending reports no memory.
    }
  }
  const watching = setInterval(look, WATCH_EVERY_MILLIS)
  return () => {
    clearInterval(watching)
    return used
  }
}
