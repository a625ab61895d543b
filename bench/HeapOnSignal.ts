/**
 * Loaded into a process before all else (`--import`): at each SIGUSR2 it collects its garbage, and writes how many
 * bytes of its heap are in use then.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")

process.on("SIGUSR2", () => {
  collect()
  collect()
  process.stdout.write(`heap in use: ${process.memoryUsage().heapUsed}\n`)
})
