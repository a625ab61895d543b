/** What others need of access: who calls, and the api keys of a file. Each module is loaded when it is needed. */
import type * as ApiKey from "@flash-sale/domain/access/ApiKey"
import type { Callers } from "@flash-sale/domain/ports/Callers"
import { Effect, Layer } from "effect"
import type { CannotUseFile } from "../watch/WatchedFile.ts"
import type { AccessSettings } from "./AccessConfig.ts"
import type * as ApiKeys from "./keys/ApiKeys.ts"
import * as KeyFilePath from "./keys/KeyFilePath.ts"

const callers = Effect.promise(() => import("./AccessCallers.ts"))
const apiKeys = Effect.promise(() => import("./keys/ApiKeys.ts"))

/**
 * Tells callers apart by the settings. `dataDir` is the folder of the engine, which has the file of the keys where no
 * other is named. Fails where a file that there is cannot be used.
 */
export const layer = (settings: AccessSettings, dataDir?: string): Layer.Layer<Callers, CannotUseFile> =>
  Layer.unwrap(
    Effect.map(callers, ({ layer }) =>
      layer({ keysFile: KeyFilePath.of(settings, dataDir), buyerTokens: settings.buyerTokens }))
  )

/** The file of the api keys; undefined where none is named, and so there are no keys. */
export const keysFile = KeyFilePath.of
/** The same of a data folder. */
export const keysFileIn = KeyFilePath.inFolder

/** A key to be made. */
export type NewKey = ApiKeys.NewKey
/** A key without its secret. */
export type KeyInfo = ApiKey.KeyInfo
export type KeyFailure = ApiKeys.Failure

/** What operators do with the keys of the file at a path. */
export const keys = {
  /** A new key, which nobody can tell again. The file is made where there is none. */
  create: (path: string, wanted: NewKey) => Effect.flatMap(apiKeys, ({ create }) => create(path, wanted)),
  /** The same where there is no file; undefined where there is one. The key is also in the file `keepIn`, if any. */
  createFirst: (path: string, wanted: NewKey, keepIn: string | undefined) =>
    Effect.flatMap(apiKeys, ({ createFirst }) => createFirst(path, wanted, keepIn)),
  /** The keys, in the order of the file; undefined where there is none. */
  list: (path: string) => Effect.flatMap(apiKeys, ({ list }) => list(path)),
  /** Takes a key away. Services that run reject it within a second. */
  revoke: (path: string, name: ApiKey.KeyName) => Effect.flatMap(apiKeys, ({ revoke }) => revoke(path, name))
}
