/**
 * Where a backup may be written: to a file that is not there yet, or with `--force` in the place of an earlier backup.
 * Nothing else is ever replaced, least of all a file of an engine. Decision 0047.
 */
import { lstatSync, realpathSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as EngineFiles from "../folder/EngineFiles.ts"
import * as BackupFile from "./BackupFile.ts"
import { BackupRefused } from "./BackupRefused.ts"

/** The whole path for a backup of the engine in `folder`. Throws `BackupRefused`, and changes nothing. */
export const check = (path: string, folder: string, isForced: boolean): string => {
  const refuse = (detail: string, isUsage = true) => new BackupRefused({ path, detail, isUsage })
  if (path.trim() === "") {
    throw new BackupRefused({ path: "file", detail: "is empty: name the file to make", isUsage: true })
  }
  if (path.includes("\0")) throw refuse("is no path")
  if (/(^|\/)\.{0,2}$/.test(path)) throw refuse("is a folder: name a file in it")
  const target = inFolder(path, refuse)
  if (EngineFiles.isOfEngine(target, folder)) throw refuse("is a file of an engine, which no backup replaces")
  const there = lstatSync(target, { throwIfNoEntry: false })
  if (there === undefined) return target
  if (there.isDirectory()) throw refuse("is a folder: name a file in it")
  if (!there.isFile()) throw refuse(`is ${there.isSymbolicLink() ? "a link" : "no file"}: name another file`)
  if (!BackupFile.isBackup(target)) throw refuse("it is there already, and is no backup: name another file")
  if (!isForced) throw refuse("it is there already, and only --force replaces it", false)
  return target
}

/** The path with that of its folder resolved, which is never made: a typing error would be found late. */
const inFolder = (path: string, refuse: (detail: string) => BackupRefused): string => {
  const parent = dirname(resolve(path))
  const stat = statOf(parent)
  if (stat === undefined) throw refuse(`the folder ${parent} is not there: make it first`)
  if (!stat.isDirectory()) throw refuse(`${parent} is no folder`)
  return join(realpathSync(parent), basename(path))
}

/** Undefined also where a file is on the way. */
const statOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined
    throw error
  }
}
