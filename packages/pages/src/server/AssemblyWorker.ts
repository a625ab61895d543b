/** Assembles in a thread of its own: orders do not wait for what a page is made of. */
import { parentPort } from "node:worker_threads"
import { assemble } from "./Assembly.ts"
import { servedOf } from "./Served.ts"

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(servedOf(assemble()))
