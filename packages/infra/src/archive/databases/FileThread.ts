/**
 * A connection to the archive's file in a thread of its own: what the archive writes would take the thread that answers
 * buyers some milliseconds at a time. Decision 65.
 */
import { Effect, type Scope } from "effect"
import { pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
import type { Row } from "../sql/Session.ts"
import type { Call } from "./FileCall.ts"
import { type Caller, Thrown } from "./FileCaller.ts"

/** Lists of parameters of one call: an event as a row is about 1 KiB. */
const MOST = 250
/** The memory of the thread, in MiB: a connection, and the rows of a call. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

/** A call and its number; without a call the thread is to end. */
export interface Asked {
  readonly n: number
  readonly call: Call | undefined
}

/** What the call of this number has given, or thrown. The copy of an error lacks the code of SQLite. */
export type Answered =
  | { readonly n: number; readonly rows: ReadonlyArray<Row> }
  | { readonly n: number; readonly error: unknown; readonly errcode: number | undefined }

type Answer = Effect.Effect<ReadonlyArray<Row>, Thrown>

const thrown = (error: unknown, errcode?: number): Answer =>
  Effect.fail(new Thrown(error instanceof Error && errcode !== undefined ? Object.assign(error, { errcode }) : error))

const notThere = (): Answer => thrown(new Error("the thread of the archive's file has ended"))

/** A thread that runs. */
interface Running {
  readonly post: (asked: Asked) => void
  /** Who waits for the answer to which call. */
  readonly waiting: Map<number, (answer: Answer) => void>
  readonly exit: Promise<void>
}

/** `onExit` is called when the thread has ended, before those who wait are told. */
const start = (path: string, onExit: () => void): Running => {
  const worker = new Worker(new URL("./FileWorker.ts", import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    resourceLimits: MEMORY,
    // A file that is not there any more is not made.
    workerData: `${pathToFileURL(path).href}?mode=rw`
  })
  const waiting: Running["waiting"] = new Map()
  let outcome = notThere()
  worker.on("message", (answered: Answered) => {
    const resume = waiting.get(answered.n)
    waiting.delete(answered.n)
    resume?.("rows" in answered ? Effect.succeed(answered.rows) : thrown(answered.error, answered.errcode))
  })
  worker.on("error", (error) => {
    outcome = thrown(error)
  })
  const exit = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      onExit()
      for (const resume of waiting.values()) resume(outcome)
      resolve()
    })
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  return { post: (asked) => worker.postMessage(asked), waiting, exit }
}

/**
 * Calls of a connection to the file, which is there. The thread begins with the first transaction. Where it has ended
 * by itself, the transaction that was under way fails, nothing of it is kept, and the next one begins another thread.
 */
export const make = (path: string): Effect.Effect<Caller, never, Scope.Scope> =>
  Effect.gen(function*() {
    let running: Running | undefined
    let count = 0
    const begin = (): Running =>
      start(path, () => {
        running = undefined
      })
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        running?.post({ n: count, call: undefined })
        await running?.exit
      })
    )
    return {
      make: (call) =>
        Effect.callback<ReadonlyArray<Row>, Thrown>((resume) => {
          if (call.type === "begin") running ??= begin()
          if (running === undefined) return resume(notThere())
          const n = count++
          running.waiting.set(n, resume)
          running.post({ n, call })
        }),
      most: MOST
    }
  })
