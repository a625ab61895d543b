/** Loaded into a process before all else (`--import`): each SIGUSR2 ends all its threads but the main one. */
import { isMainThread, type Worker } from "node:worker_threads"

const threads = new Set<Worker>()

if (isMainThread) {
  process.on("worker", (thread: Worker) => {
    threads.add(thread)
    thread.on("exit", () => threads.delete(thread))
  })
  process.on("SIGUSR2", () => {
    for (const thread of threads) void thread.terminate()
  })
}
