/** The thread that writes the file, as this thread sees it: started, asked, ended. */
import { Data, Effect, Exit } from "effect"
import { pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
import { messageOf } from "../../../errors/MessageOf.ts"
import type * as ThreadMessages from "./ThreadMessages.ts"

/** The thread has ended, and was not told to. `isSent`: after it was asked, so nobody knows what it has done. */
export class ThreadGone extends Data.TaggedError("ThreadGone")<{
  readonly detail: string
  readonly isSent: boolean
}> {}

export interface ThreadLink {
  /** Asked and answered in order. */
  readonly ask: (request: ThreadMessages.Request) => Effect.Effect<ThreadMessages.Answer, ThreadGone>
  /** Returns when the thread has done what it was asked, and is gone. */
  readonly close: Effect.Effect<void>
}

export interface Options {
  /** The program of the thread: it calls `WriterThread.serve`. */
  readonly program: URL
  readonly path: string
  /** Another process has changed the file. */
  readonly changed: () => void
  /** Called once where the thread ends by itself: nothing is written any more. */
  readonly gone: (why: string) => void
}

type Asking = (answer: Exit.Exit<ThreadMessages.Answer, ThreadGone>) => void

/** The memory of the thread, in MiB: what is on its way, and the texts and rows that come of it. */
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24 }

/** Starts the thread. It is asked from now on, and answers once it has opened the file. */
export const start = ({ changed, gone, path, program }: Options): ThreadLink => {
  const asking: Array<Asking> = []
  let isClosing = false
  let thrown: unknown
  let why: string | undefined
  // A file that is not there any more is not made.
  const workerData: ThreadMessages.Start = { file: `${pathToFileURL(path).href}?mode=rw` }
  const execArgv = ["--disable-warning=ExperimentalWarning"]
  const worker = new Worker(program, { execArgv, resourceLimits: MEMORY, workerData })
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))

  worker.on("message", (message: ThreadMessages.Answer | ThreadMessages.Notice) => {
    if (message._tag === "Changed") return changed()
    asking.shift()?.(Exit.succeed(message))
  })
  worker.on("error", (error) => {
    thrown = error
  })
  worker.on("exit", (code) => {
    why = `the thread that writes the file has ended: ${thrown === undefined ? `exit code ${code}` : messageOf(thrown)}`
    if (!isClosing) gone(why)
    for (const answer of asking.splice(0)) answer(Exit.fail(new ThreadGone({ detail: why, isSent: true })))
  })

  const ask: ThreadLink["ask"] = (request) =>
    Effect.callback((resume) => {
      if (why !== undefined) return resume(Effect.fail(new ThreadGone({ detail: why, isSent: false })))
      asking.push(resume)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(request)
    })
  return {
    ask,
    close: Effect.suspend(() => {
      isClosing = true
      return Effect.andThen(Effect.ignore(ask({ _tag: "Close" })), Effect.promise(() => ended))
    })
  }
}
