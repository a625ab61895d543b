/**
 * Loaded into a process before all else (`--import`): at each SIGUSR2 it writes for how long its thread stood still at
 * the most since the last one.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"

const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()

process.on("SIGUSR2", () => {
  process.stdout.write(`longest stall: ${(delays.max / 1e6).toFixed(1)} ms\n`)
  delays.reset()
})
