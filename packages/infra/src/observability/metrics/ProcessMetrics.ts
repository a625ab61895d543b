/** What a process has of the operating system's: descriptors, and the wall clock. */
import { gauge } from "./Series.ts"

/** Prometheus' own names. They appear with the first look, and only where the system says how many there are. */
export const openDescriptors = gauge("process_open_fds", "Open file descriptors")
export const maxDescriptors = gauge("process_max_fds", "File descriptors that may be open")

/** Appears with the first look. */
export const clockOffset = gauge(
  "process_clock_offset_seconds",
  "Seconds that the wall clock was set forward since the process started; below 0: back"
)
