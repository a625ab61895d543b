/** Which file of api keys a command works on: it says so first, on standard error. */
import * as Infra from "@flash-sale/infra/Infra"
import * as Settings from "@flash-sale/infra/Settings"
import { Console, Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { existsSync } from "node:fs"
import { dirname, resolve } from "node:path"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"

/** What the line begins with that names the file. */
const PREFIX = "keys: "

export const flags = {
  file: Flag.String("file").pipe(
    Flag.withDescription("The file of the keys; API_KEYS_FILE, or keys.json in the data folder, where it is absent"),
    Flag.optional
  ),
  dataDir: Target.flags.dataDir
}

export interface Place {
  readonly file: Option.Option<string>
  readonly dataDir: Option.Option<string>
}

/** Where Kafka and Redis are meant there is no folder by default. */
const byDefault = Effect.gen(function*() {
  if (yield* Settings.IsDistributed) {
    return yield* CommandFailed.usage(
      "nothing says where the keys are: --file or API_KEYS_FILE names the file, DATA_DIR its folder"
    )
  }
  const { dataDir } = yield* Settings.EmbeddedSettings
  return Infra.keysFileIn(dataDir)
})

const named = ({ dataDir, file }: Place) =>
  Effect.gen(function*() {
    if (Option.isSome(file)) return file.value
    if (Option.isSome(dataDir)) return Infra.keysFileIn(dataDir.value)
    return Infra.keysFile(yield* Settings.KeyFileSettings) ?? (yield* byDefault)
  })

const whole = (path: string) =>
  Effect.try({
    try: () => resolve(path),
    catch: () => CommandFailed.unreachable("the working folder of this process is gone: change to another one")
  })

/** The whole path of the file. Fails where its folder is not there: a command makes none. */
export const pathOf = Effect.fnUntraced(function*(place: Place) {
  const path = yield* Effect.flatMap(named(place), whole)
  yield* Console.error(`${PREFIX}${path}`)
  if (existsSync(dirname(path))) return path
  return yield* CommandFailed.failed(
    `there is no folder ${dirname(path)}: npm start makes that of the engine, or name a file with --file`
  )
})
