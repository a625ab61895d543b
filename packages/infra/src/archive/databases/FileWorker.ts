/** The thread of `FileThread`: a connection, and the calls of it in the order in which they come. */
import { parentPort, workerData } from "node:worker_threads"
import { answer, type OpenFile } from "./FileCall.ts"
import * as FileOpening from "./FileOpening.ts"
import type { Answered, Asked } from "./FileThread.ts"

const port = parentPort!
let file: OpenFile | undefined

const tell = (answered: Answered): void => {
  port.postMessage(answered)
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined

port.on("message", ({ call, n }: Asked) => {
  if (call === undefined) {
    file?.connection.close()
    port.close()
    return
  }
  try {
    file ??= FileOpening.open(workerData)
    tell({ n, rows: answer(file, call) })
  } catch (error) {
    tell({ n, message: messageOf(error), errcode: codeOf(error) })
  }
})
