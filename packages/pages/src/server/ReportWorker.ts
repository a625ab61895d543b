/** Makes a report in a thread of its own: taking the types out of its script would tell of an experiment on stderr. */
import { parentPort, workerData } from "node:worker_threads"
import * as ReportDocument from "./ReportDocument.ts"

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort!.postMessage(ReportDocument.make(workerData))
