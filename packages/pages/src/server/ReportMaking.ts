/** Makes the file of a report. */
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { LoadReport } from "../report/LoadReport.ts"

/** The whole file. Fails where what it is made of cannot be read. */
export const htmlOf = async (report: LoadReport): Promise<string> => {
  const worker = new Worker(new URL("./ReportWorker.ts", import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    workerData: report
  })
  const [html] = await once(worker, "message")
  return html
}
