/** Looks at the file of the api keys, once. Never fails. */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import * as Looked from "@flash-sale/infra/facts/Looked"
import * as Infra from "@flash-sale/infra/Infra"
import type * as Settings from "@flash-sale/infra/Settings"
import { Clock, type Config, Effect } from "effect"
import type { KeyFacts } from "./KeyChecks.ts"

interface Place {
  readonly named: Looked.Looked<Config.Success<typeof Settings.KeyFileSettings>>
  /** The folder of the embedded file; undefined where there is none. */
  readonly folder: Looked.Looked<Settings.EmbeddedSettings> | undefined
  readonly auth: Looked.Looked<AuthMode>
}

/** Where nothing is named the keys are in the folder of the engine, as its start has it. */
const pathOf = ({ folder, named }: Place): Looked.Looked<string | undefined> => {
  if (folder !== undefined && "why" in folder) return folder
  return Looked.map(named, (given) => Infra.keysFile(given, folder?.found.dataDir))
}

export const look = Effect.fnUntraced(function*(place: Place) {
  const path = pathOf(place)
  const now = yield* Clock.currentTimeMillis
  const isRequired = "found" in place.auth && place.auth.found === "required"
  if ("why" in path) return { path: undefined, keys: path, now, isRequired } satisfies KeyFacts
  const keys = path.found === undefined ? Looked.found(undefined) : yield* Effect.match(Infra.keys.list(path.found), {
    onSuccess: Looked.found,
    onFailure: ({ message }) => Looked.notLooked(message)
  })
  return { path: path.found, keys, now, isRequired } satisfies KeyFacts
})
