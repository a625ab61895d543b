/** Which files are an engine's: what its folder may hold, and what nothing else may overwrite. */
import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { identityOf } from "./FolderOwnership.ts"

/** Names that an engine gives to its files, and what is added to them: `engine.sqlite-wal`, `orders.high.new`. */
const NAMES =
  /^(engine\.(sqlite|lock)|orders\.high|archive\.sqlite|payment-token\.keys|(keys|webhooks)\.json|admin\.key)(?=$|[-.])/

/** The archive of the embedded mode, beside the file that it is a fold of. */
export const ARCHIVE_NAME = "archive.sqlite"

/** What SQLite adds to the name of a database for its write-ahead log. */
export const WAL_SUFFIX = "-wal"

/** A database and what SQLite keeps beside it, the database last. */
export const databaseFiles = (name: string): ReadonlyArray<string> => [name + WAL_SUFFIX, `${name}-shm`, name]

/** Files by which a folder is known to be an engine's. */
const SIGNS = ["engine.sqlite", "engine.sqlite-wal", "orders.high"]

/** Names in a folder that say nothing about whose it is: that of a volume's root, and hidden ones. */
const isAside = (name: string): boolean => name === "lost+found" || name.startsWith(".")

/** What a path is that leads to something else. */
export const NO_FOLDER = "is no folder"

/** How many names of a folder an error shows. */
const SHOWN = 3

/** Whether the last part of this path is a name that an engine gives to its files, in whatever folder. */
export const isEngineName = (path: string): boolean => NAMES.test(basename(path))

/** Whether an engine has worked in the folder, as far as its files say. Throws where it may not be read. */
export const isEngineFolder = (folder: string): boolean => namesIn(folder).some((name) => SIGNS.includes(name))

/** Whether a path is there and leads to something else than a folder. */
export const isNoFolder = (path: string): boolean => existsSync(path) && !statSync(path).isDirectory()

/** Whether a path leads to a file of an engine, by its name or as another name of the same file. */
export const isOfEngine = (path: string, folder: string): boolean => {
  if (isEngineName(path)) return true
  const identity = identityOf(path)
  if (identity === undefined) return false
  return [folder, dirname(path)].some((one) =>
    namesIn(one).some((name) => NAMES.test(name) && identityOf(join(one, name)) === identity)
  )
}

/** Whether the folder holds only what an engine has made there. */
export const isEnginesOwn = (folder: string): boolean =>
  isEngineFolder(folder) && namesIn(folder).every((name) => NAMES.test(name))

/**
 * Why no engine may begin in this folder, in words: it is none, or is somebody else's. Undefined where it is missing,
 * is empty, or is an engine's. Throws what the file system throws.
 */
export const strangeness = (folder: string): string | undefined => {
  if (isNoFolder(folder)) return NO_FOLDER
  // An engine whose data was forgotten has left its keys.
  if (isEngineFolder(folder) || keysIn(folder).length > 0) return undefined
  const strange = namesIn(folder).filter((name) => !NAMES.test(name) && !isAside(name)).toSorted()
  if (strange.length === 0) return undefined
  const more = strange.length > SHOWN ? ` and ${strange.length - SHOWN} more` : ""
  return `holds files that are no engine's (${strange.slice(0, SHOWN).join(", ")}${more}): name an empty folder, or ` +
    "one that is missing"
}

/** Files of secrets beside the data, which no backup of the data holds. */
const KEYS = ["payment-token.keys", "keys.json", "webhooks.json"]

/** Which of these the folder has. */
export const keysIn = (folder: string): ReadonlyArray<string> => namesIn(folder).filter((name) => KEYS.includes(name))

const namesIn = (folder: string): ReadonlyArray<string> => existsSync(folder) ? readdirSync(folder) : []
