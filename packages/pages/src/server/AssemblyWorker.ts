/** Assembles in a thread of its own: orders do not wait for what a page is made of. */
import { parentPort, workerData } from "node:worker_threads"
import * as Assembly from "./Assembly.ts"
import { parts } from "./Parts.ts"
import * as Sources from "./Sources.ts"

for await (const part of parts(Assembly.make(Sources.read()), workerData)) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort!.postMessage(part)
}
