/** The thread that writes the file, as this thread sees it: started, asked, ended. */
import { Data, Effect, Exit } from "effect"
import { pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
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

/** Fails, in words, where the thread cannot open the file. */
export const start = (
  { changed, gone, path, program }: Options
): Effect.Effect<ThreadLink, string> =>
  Effect.callback<ThreadLink, string>((resume) => {
    const asking: Array<Asking> = []
    let isReady = false
    let isClosing = false
    let why: string | undefined
    // A file that is not there any more is not made.
    const workerData: ThreadMessages.Start = { file: `${pathToFileURL(path).href}?mode=rw` }
    const worker = new Worker(program, { execArgv: ["--disable-warning=ExperimentalWarning"], workerData })
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))

    const ask: ThreadLink["ask"] = (request) =>
      Effect.callback((resumeAsking) => {
        if (why !== undefined) return resumeAsking(Effect.fail(new ThreadGone({ detail: why, isSent: false })))
        asking.push(resumeAsking)
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage(request)
      })
    const close = Effect.suspend(() => {
      isClosing = true
      return Effect.andThen(Effect.ignore(ask({ _tag: "Close" })), Effect.promise(() => ended))
    })

    worker.on("message", (message: ThreadMessages.Answer | ThreadMessages.Notice) => {
      switch (message._tag) {
        case "Ready":
          isReady = true
          return resume(Effect.succeed({ ask, close }))
        case "Changed":
          return changed()
        default:
          asking.shift()?.(Exit.succeed(message))
      }
    })
    let thrown: unknown
    worker.on("error", (error) => {
      thrown = error
    })
    worker.on("exit", (code) => {
      why = `the thread that writes the file has ended: ${thrown === undefined ? `exit code ${code}` : String(thrown)}`
      if (!isReady) return resume(Effect.fail(why))
      if (!isClosing) gone(why)
      for (const answer of asking.splice(0)) answer(Exit.fail(new ThreadGone({ detail: why, isSent: true })))
    })
  })
