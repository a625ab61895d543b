/** Where the file of the api keys is. */
import { join } from "node:path"

/** The name of the file in a data folder. */
export const FILE_NAME = "keys.json"

export interface Named {
  /** The file of the api keys, where it is named. */
  readonly keysFile: string | undefined
  /** The folder of an engine's data, where it is named: it has the keys where nothing else does. */
  readonly dataDir: string | undefined
}

/** The file in a data folder. */
export const inFolder = (folder: string): string => join(folder, FILE_NAME)

/** The file that is named, or that of the data folder; undefined where neither is, and so there are no keys. */
export const of = ({ dataDir, keysFile }: Named, folder = dataDir): string | undefined =>
  keysFile ?? (folder === undefined ? undefined : inFolder(folder))
