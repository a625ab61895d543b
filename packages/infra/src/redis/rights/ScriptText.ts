/** The texts of the scripts in `lua/`, with the pieces that they include. */
import { Effect, FileSystem } from "effect"
import { fileURLToPath } from "node:url"
import * as UserRights from "./UserRights.ts"
import type { User } from "./Users.ts"

const FOLDER = fileURLToPath(new URL("../../../../../lua/", import.meta.url))
const INCLUDE = /^-- @include (_[a-z]+)$/gm

/** The text of a script, with the pieces of `lua/lib` that it includes. */
export const load = Effect.fnUntraced(function*(name: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(`${FOLDER}${name}.lua`)
  const pieces = new Map<string, string>()
  for (const [, piece] of text.matchAll(INCLUDE)) {
    pieces.set(piece!, yield* files.readFileString(`${FOLDER}lib/${piece}.lua`))
  }
  return text.replace(INCLUDE, (_, piece: string) => pieces.get(piece) ?? "")
})

/** The texts of the scripts that this user runs. */
export const ofUser = (user: User) =>
  Effect.map(
    Effect.forEach(
      UserRights.scriptsOf(user),
      (name) => Effect.map(load(name), (text) => [name, text] as const)
    ),
    (texts): UserRights.TextOf => {
      const byName = new Map(texts)
      return (name) => byName.get(name) ?? ""
    }
  )
