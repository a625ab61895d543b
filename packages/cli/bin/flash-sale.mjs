#!/usr/bin/env node
// The sources run as they are, which takes Node 24. The machine's own `node` may be older, so this launcher is plain
// JavaScript for Node 20 and hands over to the Node that `npm ci` installed beside the other packages.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"

const main = new URL("../src/main.ts", import.meta.url)
const bundledNode = fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url))
const major = Number(process.versions.node.split(".")[0])

if (major >= 24) {
  // kafkajs computes a negative timeout once per process; Node clamps it, so the warning is of no use to an operator.
  process.removeAllListeners("warning")
  process.on("warning", (warning) => {
    if (warning.name !== "TimeoutNegativeWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
  process.argv[1] = fileURLToPath(main)
  await import(main.href)
} else if (existsSync(bundledNode)) {
  const child = spawn(
    bundledNode,
    // The second is room for what lives as long as one order, so that it is gone before it has to be collected.
    [
      "--disable-warning=TimeoutNegativeWarning",
      "--max-semi-space-size=32",
      fileURLToPath(main),
      ...process.argv.slice(2)
    ],
    { stdio: "inherit" }
  )
  // A terminal's Ctrl-C reaches the whole group by itself; a supervisor signals this process only. Passing each on
  // is harmless when it arrives twice, and needed when it does not.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"]) {
    process.on(signal, () => child.kill(signal))
  }
  child.on("error", (error) => {
    process.stderr.write(`flash-sale: cannot start ${bundledNode}: ${error.message}\n`)
    process.exit(1)
  })
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
} else {
  process.stderr.write(
    `flash-sale: needs Node 24 or later, or "npm ci" in the repository; this is ${process.version}\n`
  )
  process.exit(1)
}
