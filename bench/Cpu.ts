/** What a process has used of the processors. */
import { readFileSync } from "node:fs"

/** The kernel counts processor time in these, on every Linux there is. */
const TICKS_PER_SECOND = 100

/** Processor time of a process so far, in microseconds, of all its threads. */
export const cpuMicros = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
}
