/**
 * A connection to the archive's file in a thread of its own: what the archive writes would take the thread that answers
 * buyers some milliseconds at a time. Decision 65.
 */
import { Effect, type Scope } from "effect"
import { Worker } from "node:worker_threads"
import { messageOf } from "../../errors/MessageOf.ts"
import type { Row } from "../sql/Session.ts"
import type { Call } from "./FileCall.ts"
import { type Caller, ThreadEnded, Thrown } from "./FileCaller.ts"

/** Lists of parameters of one call: an event as a row is about 1 KiB. */
const MAX_LISTS = 250
/** The memory of the thread, in MiB: a connection, and what a call is given and gives. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

/** A call and its number; without a call the thread is to end. */
export interface Asked {
  readonly n: number
  readonly call: Call | undefined
}

/** What the call of this number has given, or what it has thrown: its words, and the code of SQLite. */
export type Answered =
  | { readonly n: number; readonly rows: ReadonlyArray<Row> }
  | { readonly n: number; readonly message: string; readonly errcode: number | undefined }

type Answer = Effect.Effect<ReadonlyArray<Row>, Thrown>

const failed = (error: Error): Answer => Effect.fail(new Thrown(error))

const answerOf = (answered: Answered): Answer => {
  if ("rows" in answered) return Effect.succeed(answered.rows)
  const { errcode, message } = answered
  return failed(Object.assign(new Error(message), errcode === undefined ? {} : { errcode }))
}

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
    workerData: path
  })
  const waiting: Running["waiting"] = new Map()
  let why = "has ended"
  worker.on("message", (answered: Answered) => {
    const resume = waiting.get(answered.n)
    waiting.delete(answered.n)
    resume?.(answerOf(answered))
  })
  worker.on("error", (error) => {
    why = `has ended: ${messageOf(error)}`
  })
  // An answer that cannot be read: whose it is nobody knows.
  worker.on("messageerror", () => void worker.terminate())
  const exit = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      onExit()
      for (const resume of waiting.values()) resume(failed(new ThreadEnded(why)))
      resolve()
    })
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  return { post: (asked) => worker.postMessage(asked), waiting, exit }
}

/**
 * Makes calls on a connection to the file, which is there, in a thread that begins with the first transaction. Where it
 * ends by itself, the transaction that was under way fails, nothing of it is kept, and the next one begins another
 * thread. When the scope closes it has ended, and no call is made any more.
 */
export const make = (path: string): Effect.Effect<Caller, never, Scope.Scope> =>
  Effect.gen(function*() {
    let running: Running | undefined
    let isOver = false
    let count = 0
    const begin = (): Running =>
      start(path, () => {
        running = undefined
      })
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        isOver = true
        running?.post({ n: count, call: undefined })
        await running?.exit
      })
    )
    /** Only the beginning of a transaction begins a thread, so no other call is made outside of its transaction. */
    const threadOf = (call: Call): Running | undefined => {
      if (isOver) return undefined
      if (call.type === "begin") running ??= begin()
      return running
    }
    return {
      make: (call) =>
        Effect.callback<ReadonlyArray<Row>, Thrown>((resume) => {
          try {
            const thread = threadOf(call)
            if (thread === undefined) return resume(failed(new ThreadEnded("has ended")))
            const n = count++
            thread.waiting.set(n, resume)
            thread.post({ n, call })
          } catch (error) {
            resume(failed(new ThreadEnded(`could not begin: ${messageOf(error)}`)))
          }
        }),
      maxLists: MAX_LISTS
    }
  })
