/** Forgetting all that an engine of the embedded file has written, while none works. Decision 0041. */
import { Effect } from "effect"
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as EngineLock from "../database/EngineLock.ts"
import * as HighWaterMark from "../database/HighWaterMark.ts"
import * as OpenFile from "../database/OpenFile.ts"
import * as DataFolder from "../folder/DataFolder.ts"
import * as EngineFiles from "../folder/EngineFiles.ts"

/**
 * What goes, in this order: first the archive, which would know orders that the engine has forgotten, and the mark of
 * the end of the log, as a mark without its log is a loss; the file at the end, so that a run that is cut short is done
 * by the next one.
 */
const FILES = [
  ...EngineFiles.databaseFiles(EngineFiles.ARCHIVE_NAME),
  HighWaterMark.FILE_NAME,
  ...EngineFiles.databaseFiles(OpenFile.FILE_NAME)
]

/** The files that were removed, or would be, and what stays in the folder: keys, and what is not the engine's. */
export interface Reset {
  readonly removed: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
}

const look = (folder: string): Reset => {
  const whole = DataFolder.pathOf(folder)
  const removed = FILES.filter((name) => existsSync(join(whole, name)))
  // The lock's file is no data, and is held now.
  const left = readdirSync(whole).filter((name) => !FILES.includes(name) && name !== OpenFile.LOCK_NAME).toSorted()
  return { removed, left }
}

const attempt = <A>(folder: string, use: () => A): Effect.Effect<A, OpenFile.CannotOpen> =>
  Effect.try({
    try: use,
    catch: (error) => new OpenFile.CannotOpen({ path: folder, detail: messageOf(error) })
  })

/** Removes them where `isDone`, else only says what there is. Fails where an engine works in the folder. */
export const run = (
  folder: string,
  isDone: boolean
): Effect.Effect<Reset, OpenFile.CannotOpen | EngineLock.EngineLocked> =>
  Effect.gen(function*() {
    yield* OpenFile.requireEngine(folder)
    return yield* Effect.provide(
      attempt(folder, () => {
        const found = look(folder)
        const whole = DataFolder.pathOf(folder)
        if (isDone) { for (const name of found.removed) rmSync(join(whole, name)) }
        return found
      }),
      EngineLock.layer(folder)
    )
  })
