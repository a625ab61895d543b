/** Backups of the embedded file: made while an engine works, brought back into a folder without one. Decision 0034. */
import { Clock, Effect } from "effect"
import { randomUUID } from "node:crypto"
import { existsSync, linkSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as Connection from "../database/Connection.ts"
import * as EngineLock from "../database/EngineLock.ts"
import * as HighWaterMark from "../database/HighWaterMark.ts"
import * as OpenFile from "../database/OpenFile.ts"
import * as ResultCode from "../database/ResultCode.ts"
import * as DataFolder from "../folder/DataFolder.ts"
import { WAL_SUFFIX } from "../folder/EngineFiles.ts"
import * as BackupFile from "./BackupFile.ts"
import * as BackupPath from "./BackupPath.ts"
import { BackupRefused } from "./BackupRefused.ts"

/** What is being written has this suffix until it is whole. */
const NEW_SUFFIX = ".new"

/** What is thrown becomes a refusal; `words` are those for an error of SQLite. */
const attempt = <A>(path: string, use: () => A, words = ResultCode.operatingError): Effect.Effect<A, BackupRefused> =>
  Effect.try({
    try: use,
    catch: (error) =>
      error instanceof BackupRefused
        ? error
        : new BackupRefused({ path, detail: words(error) ?? messageOf(error), isUsage: false })
  })

/**
 * Gives the path of a new file in the folder of `path`, and removes it when the effect ends, however it ends. Its name
 * is nobody else's.
 */
const withNew = <A, E>(path: string, use: (unfinished: string) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const unfinished = join(dirname(path), `.${randomUUID()}${NEW_SUFFIX}`)
    const remove = Effect.sync(() => {
      for (const suffix of ["", WAL_SUFFIX, "-shm", "-journal"]) rmSync(unfinished + suffix, { force: true })
    })
    return Effect.ensuring(use(unfinished), remove)
  })

const copy = (from: string, to: string): void => {
  PrivateFiles.makeNewFile(to)
  const connection = Connection.open(from, Connection.BUSY_TIMEOUT_MILLIS, true)
  try {
    // One read of one moment, however much is written meanwhile; SQLite's own backup would begin again with each write.
    connection.run("VACUUM INTO ?", to)
  } finally {
    connection.close()
  }
}

/**
 * Makes a backup of the folder's file at `path`, and reads it again. An earlier backup is replaced only where
 * `isForced`, and nothing else ever. May be asked beside a running engine, whose commits go on; this process waits
 * meanwhile.
 */
export const make = Effect.fnUntraced(function*(
  folder: string,
  path: string,
  isForced: boolean
): Effect.fn.Return<BackupFile.Content, OpenFile.CannotOpen | BackupRefused> {
  yield* OpenFile.requireEngine(folder)
  const { problems: [problem] } = yield* OpenFile.check(folder)
  if (problem !== undefined) return yield* new OpenFile.CannotOpen({ path: problem.path, detail: problem.detail })
  const place = () => BackupPath.check(path, DataFolder.pathOf(folder), isForced)
  const target = yield* attempt(path, place)
  const madeAt = yield* Clock.currentTimeMillis
  return yield* withNew(target, (unfinished) =>
    Effect.gen(function*() {
      const content = yield* attempt(target, () => {
        copy(OpenFile.pathIn(folder), unfinished)
        BackupFile.stamp(unfinished, madeAt)
        BackupFile.sync(unfinished)
        return BackupFile.read(unfinished)
      })
      yield* attempt(target, () => {
        // A link is not made where a file has come to be meanwhile; what is to be replaced may be another one by now.
        if (isForced) renameSync(unfinished, place())
        else linkSync(unfinished, target)
      })
      return content
    }))
})

/** Brings the backup at `path` back into a folder that holds no engine's files, and in which no engine works. */
export const restore = (folder: string, path: string): Effect.Effect<
  BackupFile.Content,
  OpenFile.CannotOpen | EngineLock.EngineLocked | BackupRefused
> =>
  Effect.gen(function*() {
    // Before anything is made: a backup that is none leaves no folder behind.
    const source = yield* attempt(path, () => resolve(path))
    yield* attempt(source, () => {
      const stat = statSync(source, { throwIfNoEntry: false })
      if (stat === undefined) throw new Error("there is no such file")
      if (!stat.isFile()) throw new Error("is no file")
      return BackupFile.read(source)
    }, ResultCode.fileError)
    return yield* Effect.provide(intoFolder(folder, source), EngineLock.layer(folder))
  })

const intoFolder = Effect.fnUntraced(function*(folder: string, source: string) {
  const whole = yield* attempt(folder, () => DataFolder.pathOf(folder))
  const file = OpenFile.pathIn(folder)
  const inTheWay = [file, file + WAL_SUFFIX, join(whole, HighWaterMark.FILE_NAME)].find(existsSync)
  if (inTheWay !== undefined) {
    return yield* new BackupRefused({
      path: inTheWay,
      detail: "is there: move the folder of that engine away first",
      isUsage: false
    })
  }
  return yield* withNew(file, (unfinished) =>
    Effect.gen(function*() {
      const content = yield* attempt(file, () => {
        copy(source, unfinished)
        const read = BackupFile.read(unfinished)
        BackupFile.unstamp(unfinished)
        BackupFile.sync(unfinished)
        renameSync(unfinished, file)
        return read
      })
      // After the file: one without a mark is taken as it is, and a mark without its file is a loss.
      yield* Effect.tryPromise({
        try: () => HighWaterMark.write(whole, { boot: HighWaterMark.currentBoot(), tails: content.tails }),
        catch: (error) => new BackupRefused({ path: whole, detail: messageOf(error), isUsage: false })
      })
      return content
    }))
})
