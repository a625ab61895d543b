/** The thread of `FileThread`: a connection, and the calls of it in the order in which they come. */
import { parentPort, workerData } from "node:worker_threads"
import { messageOf } from "../../errors/MessageOf.ts"
import * as ResultCode from "../../sqlite/database/ResultCode.ts"
import { answer, type OpenFile } from "./FileCall.ts"
import * as FileOpening from "./FileOpening.ts"
import type { Answered, Asked } from "./FileThread.ts"

const port = parentPort!
let file: OpenFile | undefined

const tell = (answered: Answered): void => {
  port.postMessage(answered)
}

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
    tell({ n, message: messageOf(error), errcode: ResultCode.codeOf(error) })
  }
})
