/**
 * Looks at the folder of the embedded file once, also beside a running engine. Makes nothing and takes no lock that an
 * engine wants: one that starts meanwhile starts. Decision 0045.
 */
import { Effect } from "effect"
import { existsSync, readFileSync, statfsSync, statSync } from "node:fs"
import { join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import type { FolderFacts, LockHolder } from "../../facts/FolderFacts.ts"
import * as Looked from "../../facts/Looked.ts"
import * as FileCheck from "../database/FileCheck.ts"
import * as Migrations from "../database/Migrations.ts"
import * as OpenFile from "../database/OpenFile.ts"
import * as ResultCode from "../database/ResultCode.ts"
import * as DataFolder from "../folder/DataFolder.ts"
import * as EngineFiles from "../folder/EngineFiles.ts"
import * as FolderAccess from "../folder/FolderAccess.ts"
import * as ReadOnlyFile from "./ReadOnlyFile.ts"

/** The largest file that SQLite's own check reads: it cannot be stopped once it has begun. */
export const MAX_CHECKED_BYTES = 1024 ** 3
/** Where Linux lists the locks of the processes that this one may see. */
const LOCKS = "/proc/locks"
/** A line of it: `1: POSIX  ADVISORY  WRITE 4711 fe:00:131078 1073741826 1073742335`. */
const LOCK = /^\d+: POSIX +\S+ +WRITE +(-?\d+) +\w+:\w+:(\d+) /gm

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** What is thrown becomes the reason, in SQLite's words where it is SQLite's. */
const attempt = <A>(look: () => A) =>
  Looked.at(Effect.try({
    try: look,
    catch: (error) => new Looked.NotAnswered({ detail: ResultCode.operatingError(error) ?? messageOf(error) })
  }))

/** By the number of the file among all of its disk: that the disk is another one is as good as impossible. */
const holderOf = (path: string): LockHolder => {
  if (!existsSync(path)) return "nobody"
  const { ino } = statSync(path)
  for (const [, process, inode] of readFileSync(LOCKS, "utf8").matchAll(LOCK)) {
    if (Number(inode) !== ino) continue
    // A process of another container has no number here.
    return Number(process) > 0 ? Number(process) : "somebody"
  }
  return "nobody"
}

/** The words for an error that says the file is damaged; throws any other one. */
const damageOr = <A>(look: () => A): A | string => {
  try {
    return look()
  } catch (error) {
    if (!ResultCode.isDamage(error)) throw error
    return ResultCode.operatingError(error) ?? messageOf(error)
  }
}

const damageIn = (path: string): string | undefined =>
  damageOr(() =>
    ReadOnlyFile.using(path, (connection) => {
      const said = connection.get("PRAGMA quick_check(1)")?.["quick_check"]
      return said === "ok" ? undefined : String(said)
    })
  )

/** An engine that starts meanwhile changes the file under the first look: damage is there at the second one, too. */
const damageOf = (path: string): string | undefined => damageIn(path) === undefined ? undefined : damageIn(path)

const losses = (folder: string) =>
  FileCheck.inspect(folder, ReadOnlyFile.open).pipe(
    Effect.map(({ problems }) => problems.map(({ detail, path }) => `${path}: ${detail}`)),
    Effect.catchDefect((error) =>
      new Looked.NotAnswered({ detail: ResultCode.operatingError(error) ?? messageOf(error) })
    )
  )

const NOT_READ = Looked.notLooked("the file was not read as a whole")

/**
 * Never fails. A file of the largest size that is checked takes a few seconds, without a pause: a process that takes
 * orders asks for no look at the whole file.
 */
export const look = Effect.fnUntraced(function*(dataDir: string, isWhole: boolean) {
  const folder = yield* attempt(() => DataFolder.pathOf(dataDir))
  if ("why" in folder) return { ...nothingIn(dataDir), exposed: folder, freeBytes: folder }
  const path = join(folder.found, OpenFile.FILE_NAME)
  if (!existsSync(folder.found)) {
    const nowhere = Looked.notLooked(NOT_THERE)
    return { ...nothingIn(folder.found), exposed: nowhere, freeBytes: nowhere }
  }
  const freeBytes = yield* attempt(() => {
    const { bavail, bsize } = statfsSync(folder.found)
    return bavail * bsize
  })
  const exposed = yield* attempt(() => FolderAccess.exposed(folder.found))
  const fileBytes = sizeOf(path)
  const lost = isWhole ? yield* Looked.at(losses(folder.found)) : NOT_READ
  if (!existsSync(path)) return { ...nothingIn(folder.found), exposed, freeBytes, losses: lost }
  return {
    folder: folder.found,
    hasEngine: true,
    exposed,
    freeBytes,
    fileBytes,
    walBytes: sizeOf(path + EngineFiles.WAL_SUFFIX),
    isReadWhole: isWhole,
    losses: lost,
    tables: yield* attempt(() => ({
      version: ReadOnlyFile.using(path, Migrations.versionOf),
      latest: Migrations.LATEST
    })),
    damage: !isWhole ? NOT_READ : fileBytes > MAX_CHECKED_BYTES
      ? Looked.notLooked("the file is larger than 1 GiB: flash-sale backup reads all of it")
      : yield* attempt(() => damageOf(path)),
    lock: yield* attempt(() => holderOf(join(folder.found, OpenFile.LOCK_NAME)))
  } satisfies FolderFacts
})

const NOT_THERE = "there is no such folder"
const NO_ENGINE = Looked.notLooked("no engine has worked there")

const nothingIn = (folder: string): FolderFacts => ({
  folder,
  hasEngine: false,
  exposed: NO_ENGINE,
  freeBytes: NO_ENGINE,
  fileBytes: 0,
  walBytes: 0,
  isReadWhole: true,
  losses: NO_ENGINE,
  tables: NO_ENGINE,
  damage: NO_ENGINE,
  lock: NO_ENGINE
})
