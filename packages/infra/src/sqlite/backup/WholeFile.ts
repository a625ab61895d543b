/** What operators do with the embedded file as a whole. What does it is loaded where it is asked for. */
import { Effect } from "effect"
import type { EngineLocked } from "../database/EngineLock.ts"
import type { CannotOpen } from "../database/OpenFile.ts"
import type * as BackupFile from "./BackupFile.ts"
import type { BackupRefused } from "./BackupRefused.ts"
import type * as SqliteReset from "./SqliteReset.ts"

const sqliteBackup = Effect.promise(() => import("./SqliteBackup.ts"))
const sqliteReset = Effect.promise(() => import("./SqliteReset.ts"))

const encryptedTokens = Effect.promise(() => import("./EncryptedTokens.ts"))
const engineFiles = Effect.promise(() => import("../folder/EngineFiles.ts"))
const pages = Effect.promise(() => import("./Pages.ts"))

/** Where the file is. */
interface Place {
  readonly dataDir: string
}

/** What a backup of the embedded file holds. */
export type Backup = BackupFile.Content

/** Makes a backup of the embedded file at `path`, also beside a running engine, and checks it. */
export const backup = (
  { dataDir }: Place,
  path: string,
  isForced: boolean
): Effect.Effect<Backup, CannotOpen | BackupRefused> =>
  Effect.flatMap(sqliteBackup, ({ make }) => make(dataDir, path, isForced))

/** Brings a backup back into a folder without an engine. */
export const restore = (
  { dataDir }: Place,
  path: string
): Effect.Effect<Backup, CannotOpen | EngineLocked | BackupRefused> =>
  Effect.flatMap(sqliteBackup, ({ restore }) => restore(dataDir, path))

/** Forgets what an engine of the embedded file has written, where `isDone`; else says what there is to forget. */
export const reset = (
  { dataDir }: Place,
  isDone: boolean
): Effect.Effect<SqliteReset.Reset, CannotOpen | EngineLocked> =>
  Effect.flatMap(sqliteReset, ({ run }) => run(dataDir, isDone))

/** Fails where a page of the file is damaged, in words. Reads all of it; may be asked beside a running engine. */
export const verify = ({ dataDir }: Place): Effect.Effect<void, CannotOpen> =>
  Effect.flatMap(pages, ({ verify }) => verify(dataDir))

/** The id of a key that has encrypted payment tokens in the log; undefined where the log holds none. */
export const tokenKey = ({ dataDir }: Place): Effect.Effect<string | undefined, CannotOpen> =>
  Effect.flatMap(encryptedTokens, ({ keyId }) => keyId(dataDir))

/** The names of the files of keys beside the file, which are in no backup of it. */
export const keyFiles = ({ dataDir }: Place): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(engineFiles, ({ keysIn }) => keysIn(dataDir))
