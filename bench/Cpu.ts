/** What a process has used of processors and memory. */
import { readFileSync } from "node:fs"

/** The kernel counts processor time in these, on every Linux there is. */
const TICKS_PER_SECOND = 100

/** In microseconds: the first two of these are a process's own, the next two of its children that have ended. */
const microsOf = (pid: number, count: 2 | 4): number =>
  readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").slice(11, 11 + count)
    .reduce((sum, ticks) => sum + (Number(ticks) * 1e6) / TICKS_PER_SECOND, 0)

/** Processor time of a process so far, in microseconds, of all its threads. */
export const cpuMicros = (pid: number): number => microsOf(pid, 2)

/** The same with all processes that it has begun, and theirs. None of them may end while it is asked. */
export const treeMicros = (pid: number): number =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter((child) => child !== "")
    .reduce((sum, child) => sum + treeMicros(Number(child)), microsOf(pid, 4))

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
