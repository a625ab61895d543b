/**
 * Takes the write-ahead log to the file in a thread of its own: the pages of a second are thousands of writes and two
 * waits for the disk, for which the thread that answers would stand still. Decision 59.
 */
import { Cause, Effect, type Scope, Semaphore } from "effect"
import { pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
import { repeated } from "../../../observability/Background.ts"
import * as Log from "../../../observability/logs/Log.ts"
import { type Connection, WAL_PAGES } from "../Connection.ts"
import { attempt } from "../GroupCommit.ts"

/** How often what was committed is taken to the file, in milliseconds. */
export const CHECKPOINT_MILLIS = 250
/** Pages in the write-ahead log from which on it is to begin anew. */
const RESET_PAGES = 1_000
/** Pages that the writer itself takes, so that nothing is left and the log can begin anew. */
const REST_PAGES = 200
/** Pages in the log at which a commit takes them to the file after all: 64 MiB. The thread is not fast enough then. */
export const MOST_PAGES = 16_000
/** The memory of the thread, in MiB: it has nothing but a connection. */
const MEMORY = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 }
/**
 * Before this SQLite, connections that take the log to the file and write it at the same moment could damage the file:
 * https://sqlite.org/wal.html#walresetbug
 */
const SAFE_SINCE = [3, 51, 3]

/** What a pass has found: pages in the log, and how many of them are in the file. */
export interface Taken {
  readonly pages: number
  readonly taken: number
}

export interface CheckpointThread {
  /** Something was committed. */
  readonly committed: () => void
  /** Takes what is committed to the file, and returns when that is done or cannot be. */
  readonly pass: Effect.Effect<void>
}

/** Whether this version of SQLite, such as `3.53.4`, may do both at once. */
export const isSafe = (version: string | undefined): boolean => {
  const parts = (version ?? "").split(".").map(Number)
  for (const [at, least] of SAFE_SINCE.entries()) {
    const part = parts[at] ?? 0
    if (part !== least) return part > least
  }
  return true
}

const start = (path: string): Worker => {
  const worker = new Worker(new URL("./CheckpointWorker.ts", import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    resourceLimits: MEMORY,
    // A file that is not there any more is not made.
    workerData: `${pathToFileURL(path).href}?mode=rw`
  })
  worker.unref()
  return worker
}

/** Commits take the log to the file themselves. */
const none: CheckpointThread = { committed: () => undefined, pass: Effect.void }

/** Takes what is committed to the file until the scope closes. `connection` is the one that writes it. */
export const make = Effect.fnUntraced(function*(
  path: string,
  connection: Connection
): Effect.fn.Return<CheckpointThread, never, Scope.Scope> {
  if (!isSafe(process.versions.sqlite)) return none
  const oneByOne = Semaphore.makeUnsafe(1)
  const run = Effect.runForkWith(yield* Effect.context<never>())
  let thread: Worker | undefined
  let hasNews = false
  let isOver = false
  let answer: (taken: Taken | undefined) => void = () => undefined

  const end = (): void => {
    isOver = true
    answer(undefined)
  }
  const failed = (error: unknown) =>
    Effect.andThen(
      Effect.ignore(attempt(() => connection.script(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`))),
      Log.error("The thread of checkpoints failed: commits take longer", { event: "internal_error" }, Cause.die(error))
    )
  /** A process that only reads has none. */
  const begin = Effect.suspend(() => {
    if (thread !== undefined || isOver) return Effect.void
    return Effect.map(attempt(() => connection.script(`PRAGMA wal_autocheckpoint = ${MOST_PAGES}`)), () => {
      thread = start(path)
        .on("message", (taken: Taken | undefined) => answer(taken))
        .on("error", (error) => void run(failed(error)))
        .on("exit", end)
    })
  })
  yield* Effect.addFinalizer(() => Effect.promise(async () => void await thread?.terminate()))

  const ask = Effect.callback<Taken | undefined>((resume) => {
    answer = (taken) => resume(Effect.succeed(taken))
    if (isOver) return answer(undefined)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread?.postMessage(REST_PAGES)
  })

  /** What the thread could not take, as commits went on meanwhile: nothing of it is left, so the log begins anew. */
  const takeRest = ({ pages, taken }: Taken) =>
    pages < RESET_PAGES || pages - taken > REST_PAGES || connection.isInTransaction()
      ? Effect.undefined
      : attempt(() => connection.get("PRAGMA wal_checkpoint(PASSIVE)"))

  // What fails here fails the writes as well, which say so.
  const pass = oneByOne.withPermit(Effect.ignore(
    Effect.flatMap(
      Effect.andThen(begin, ask),
      (taken) => taken === undefined ? Effect.void : Effect.asVoid(takeRest(taken))
    )
  ))
  const passIfNews = Effect.suspend(() => {
    if (!hasNews) return Effect.void
    hasNews = false
    return pass
  })
  yield* Effect.forkScoped(repeated("checkpoints of the file", CHECKPOINT_MILLIS)(passIfNews))
  return {
    committed: () => {
      hasNews = true
    },
    pass
  }
})
