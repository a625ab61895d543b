/** The memory of a process, as Linux counts it. */
import { readFileSync } from "node:fs"

/** What of it is in memory now, in MiB. */
export const residentMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
