/** Files and folders that hold what only the engine's own user may read: made so, and refused where they are not. */
import { closeSync, openSync, statSync } from "node:fs"
import { join } from "node:path"

/** Bits of a mode that let others than the owner in. */
const OTHERS = 0o077
/** The permissions among the bits of a mode. */
const PERMISSIONS = 0o777

export const FOLDER_MODE = 0o700
export const FILE_MODE = 0o600

/** A mode as it is written: `0755`. */
export const show = (mode: number): string => `0${(mode & PERMISSIONS).toString(8).padStart(3, "0")}`

/** Makes the file, empty, where it is missing. */
export const makeFile = (path: string): void => closeSync(openSync(path, "a", FILE_MODE))

/** Makes the file, empty. Throws where anything has this name. */
export const makeNewFile = (path: string): void => closeSync(openSync(path, "wx", FILE_MODE))

/** What is open to other users: its path, and the reason in words. */
export interface Exposed {
  readonly path: string
  readonly detail: string
}

/**
 * The first of a folder and these files in it that other users may read or write; undefined where there is none. What
 * is missing is passed over. Throws what the file system throws.
 */
export const exposed = (folder: string, names: ReadonlyArray<string>): Exposed | undefined => {
  for (const path of [folder, ...names.map((name) => join(folder, name))]) {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
    if ((mode & OTHERS) === 0) continue
    return { path, detail: `is open to other users (mode ${show(mode)}): chmod -R go= ${folder}` }
  }
  return undefined
}
