/** Assembles in a thread of its own: orders do not wait for what a page is made of. */
import { parentPort } from "node:worker_threads"
import { assemble } from "./Assembly.ts"

parentPort?.postMessage(assemble())
