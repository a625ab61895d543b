/** Whether an engine may work in a folder: looks at it that change nothing, and throw what the file system throws. */
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as EngineFiles from "./EngineFiles.ts"

/** The files of an engine, which hold orders, and the tokens by which buyers are charged. */
const PRIVATE = [
  ...["engine.sqlite", EngineFiles.ARCHIVE_NAME].flatMap(EngineFiles.databaseFiles),
  "engine.lock",
  "orders.high"
]

/** What is wrong with a folder, by its whole path, or with a file in it; undefined where nothing is. */
export type Look = (folder: string) => PrivateFiles.Refused | undefined

/** Other users may read or write it. What is somebody else's is not looked at. */
export const exposed: Look = (folder) =>
  EngineFiles.strangeness(folder) === undefined
    ? PrivateFiles.exposed(folder, PRIVATE, EngineFiles.isEnginesOwn(folder))
    : undefined

/** It belongs to another user. */
export const foreign: Look = (folder) => PrivateFiles.foreign(folder, PRIVATE)

/** It is no folder, or holds files and none of an engine. */
export const strange: Look = (path) => {
  const detail = EngineFiles.strangeness(path)
  return detail === undefined ? undefined : { path, detail }
}
