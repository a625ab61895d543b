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

/** What must not be as it is: its path, and the reason in words. */
export interface Refused {
  readonly path: string
  readonly detail: string
}

/**
 * What of a folder and these files in it other users may read or write: the first of them, and the command that ends
 * it; undefined where there is none. `isOwn`: nobody else has files in the folder, so that the command may be about all
 * of it. What is missing is passed over. Throws what the file system throws.
 */
export const exposed = (folder: string, names: ReadonlyArray<string>, isOwn: boolean): Refused | undefined => {
  const modeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  const open = [folder, ...names.map((name) => join(folder, name))].filter((path) => (modeOf(path) & OTHERS) !== 0)
  const [path] = open
  if (path === undefined) return undefined
  const remedy = isOwn ? `chmod -R go= ${folder}` : `chmod go= ${open.join(" ")}`
  return { path, detail: `is open to other users (mode ${show(modeOf(path))}): ${remedy}` }
}

/** The first of a folder and these files in it that another user owns, in words; undefined where there is none. */
export const foreign = (folder: string, names: ReadonlyArray<string>): Refused | undefined => {
  const user = process.geteuid?.()
  if (user === undefined) return undefined
  for (const path of [folder, ...names.map((name) => join(folder, name))]) {
    const owner: number = statSync(path, { throwIfNoEntry: false })?.uid ?? user
    if (owner !== user) {
      return {
        path,
        detail: `belongs to user ${owner}, and this process runs as user ${user}: an engine runs as the ` +
          "owner of its folder and its files"
      }
    }
  }
  return undefined
}
