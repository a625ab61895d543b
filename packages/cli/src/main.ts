/**
 * The entry point of the command. What Node compiles it keeps for the next run, beside the packages: a command starts
 * in a fraction of the time then. Where that folder cannot be written nothing is kept, and nothing is lost. Decision
 * 0034.
 */
import { enableCompileCache } from "node:module"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"

/** Commands that ask for little and end at once. Room for objects that are about to die would be all that they take. */
const BRIEF = ["item", "stock", "sale", "order", "overview", "key", "dlq", "backup", "restore", "reset"]

const args = process.argv.slice(2)
enableCompileCache(fileURLToPath(new URL("../../../node_modules/.cache/flash-sale", import.meta.url)))
if (args[0] !== undefined && BRIEF.includes(args[0])) setFlagsFromString("--semi-space-growth-factor=1")

const { run } = await import("./CommandLine.ts")
run(args)
