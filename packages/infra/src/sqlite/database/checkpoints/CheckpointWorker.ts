/** The thread of `CheckpointThread`: its own connection, which takes the write-ahead log to the file when asked. */
import { parentPort, workerData } from "node:worker_threads"
import * as Connection from "../Connection.ts"
import type { Taken } from "./CheckpointThread.ts"

/** Passes that one question makes at the most, while the writer goes on. */
const PASSES = 4

const connection = Connection.open(workerData, 0)

const pass = (): Taken => {
  const row = connection.get("PRAGMA wal_checkpoint(PASSIVE)") ?? {}
  return { pages: Connection.integer(row, "log"), taken: Connection.integer(row, "checkpointed") }
}

/** Nothing where the disk is full or another connection takes the log now: it is asked for again. */
const takeAll = (rest: number): Taken | undefined => {
  try {
    let taken = pass()
    for (let n = 1; n < PASSES && taken.pages - taken.taken > rest; n++) taken = pass()
    return taken
  } catch {
    // The writer meets the same trouble with its own statements, which say so.
    return undefined
  }
}

parentPort!.on("message", (rest: number) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort!.postMessage(takeAll(rest))
})
