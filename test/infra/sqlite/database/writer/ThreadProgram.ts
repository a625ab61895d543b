/** The thread of `ThreadWriter.test.ts`: as the engine's, with other writes. */
import * as FileTrouble from "@flash-sale/infra/sqlite/database/FileTrouble"
import type * as Write from "@flash-sale/infra/sqlite/database/writer/Write"
import * as WriterThread from "@flash-sale/infra/sqlite/database/writer/WriterThread"
import { parentPort } from "node:worker_threads"
import * as ThreadWrites from "./ThreadWrites.ts"

const { KILL, ...writes } = ThreadWrites

const port = parentPort!
const post = port.postMessage.bind(port)
port.postMessage = (message: unknown) => {
  if (process.env[KILL] !== undefined) process.kill(process.pid, "SIGKILL")
  post(message)
}

WriterThread.serve([...Object.values<Write.AnyWrite>(writes), FileTrouble.probe])
