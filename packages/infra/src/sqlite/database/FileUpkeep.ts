/** What the engine does for its file beside reading and writing: marks how far the log is, and empties the WAL. */
import { Effect, Schedule, type Scope } from "effect"
import { join } from "node:path"
import * as Log from "../../observability/logs/Log.ts"
import * as CheckpointThread from "./checkpoints/CheckpointThread.ts"
import type { Connection } from "./Connection.ts"
import { FILE_NAME } from "./FileCheck.ts"
import { attempt } from "./GroupCommit.ts"
import * as HighWaterMark from "./HighWaterMark.ts"
import * as LogChain from "./LogChain.ts"

/** How far the mark may be behind the log, in milliseconds. */
export const MARK_MILLIS = 250
/** How long a commit may be in the write-ahead log alone, in milliseconds. */
export const WAL_MILLIS = 5_000

export interface FileUpkeep {
  /** Something was committed. */
  readonly committed: () => void
}

/** Without its mark a file that has lost records looks like any other. An older build has written none. */
const warnIfUnmarked = Effect.fnUntraced(function*(connection: Connection, folder: string) {
  if (HighWaterMark.read(folder) !== "absent") return
  const tails = yield* attempt(() => LogChain.tails(connection))
  if (tails.every(({ end }) => end === 0)) return
  yield* Log.warn(
    `${HighWaterMark.FILE_NAME} was missing in ${folder}: it was deleted, or an older build has written the log. ` +
      "Whether the log has lost its last records could not be seen",
    { event: "mark_missing" }
  )
})

/**
 * Goes on until the scope closes, and marks the end then.
 *
 * **Details**: a record of the log is visible only when it is on the disk, so the mark is never ahead of it. It is
 * written beside the commits and not with them: a second wait for the disk would cost what the first one does.
 */
export const make = Effect.fnUntraced(function*(
  connection: Connection,
  folder: string
): Effect.fn.Return<FileUpkeep, never, Scope.Scope> {
  let isMarked = false
  let isEmpty = false
  const mark = Effect.suspend(() => {
    if (isMarked) return Effect.void
    isMarked = true
    return Effect.flatMap(
      attempt(() => LogChain.tails(connection)),
      (tails) => Effect.tryPromise(() => HighWaterMark.write(folder, { boot: HighWaterMark.currentBoot(), tails }))
    )
  }).pipe(
    // A mark that cannot be written is behind, which is safe; what keeps it from that keeps the log from it as well.
    Effect.catch(() => Effect.sync(() => void (isMarked = false))),
    Effect.uninterruptible
  )
  const thread = yield* CheckpointThread.make(join(folder, FILE_NAME), connection)
  const empty = Effect.suspend(() => {
    if (isEmpty) return Effect.void
    isEmpty = true
    // What the thread takes, this one need not.
    return Effect.andThen(
      thread.pass,
      Effect.map(attempt(connection.checkpoint), (done) => void (isEmpty = done))
    )
  }).pipe(Effect.catch(() => Effect.sync(() => void (isEmpty = false))))

  // What was in the file at the start may not be on the disk yet: it is now.
  yield* empty
  yield* Effect.ignore(warnIfUnmarked(connection, folder))
  yield* mark
  yield* Effect.addFinalizer(() => mark)
  yield* Effect.forkScoped(Effect.repeat(mark, Schedule.spaced(MARK_MILLIS)))
  yield* Effect.forkScoped(Effect.repeat(empty, Schedule.spaced(WAL_MILLIS)))
  return {
    committed: () => {
      isMarked = false
      isEmpty = false
      thread.committed()
    }
  }
})
