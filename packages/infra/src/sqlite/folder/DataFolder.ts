/** The folder of the embedded file. An engine makes it where it is missing; a command never does. */
import { existsSync, mkdirSync } from "node:fs"
import { dirname, resolve } from "node:path"
import * as PrivateFiles from "../../files/PrivateFiles.ts"

/** The whole path of a folder. Throws where that depends on the working folder of this process, which is gone. */
export const pathOf = (folder: string): string => {
  try {
    return resolve(folder)
  } catch (error) {
    throw new Error("the working folder of this process is gone: change to another one", { cause: error })
  }
}

/**
 * Makes the folder and those above it, one after the other, for their owner alone.
 *
 * **Gotchas**: `mkdirSync` with `recursive` never ends where the working folder is gone, as no folder above it is
 * there, and says ENOENT where the disk is read-only.
 */
export const make = (folder: string): void => {
  const missing: Array<string> = []
  for (let path = pathOf(folder); !existsSync(path); path = dirname(path)) missing.unshift(path)
  for (const path of missing) makeOne(path)
}

const makeOne = (path: string): void => {
  try {
    mkdirSync(path, { mode: PrivateFiles.FOLDER_MODE })
  } catch (error) {
    // Another process may make it at the same moment. A link that leads nowhere is not there, and cannot be made.
    if (!existsSync(path)) throw error
  }
}
