/** `flash-sale key create|list|revoke`: the api keys of a file. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import * as Infra from "@flash-sale/infra/Infra"
import { Clock, Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as CreateCommand from "./CreateCommand.ts"
import * as KeyFormat from "./KeyFormat.ts"
import * as KeyTarget from "./KeyTarget.ts"

const NONE = "no api keys: flash-sale key create makes one"

const list = Command.make("list", {
  ...JsonFlag.lines,
  ...KeyTarget.flags
}, ({ json, ...place }) =>
  Effect.gen(function*() {
    const keys = yield* Infra.keys.list(yield* KeyTarget.pathOf(place))
    const now = yield* Clock.currentTimeMillis
    if (keys === undefined || keys.length === 0) return yield* json ? Effect.void : Console.log(NONE)
    yield* Console.log(
      json ? keys.map((key) => KeyFormat.jsonLine(key, now)).join("\n") : KeyFormat.table(keys, now)
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print the names of the api keys, what each may do, and until when. Nobody writes down when a key was last used"
    ),
    Command.withExamples([{ command: "flash-sale key list --json" }])
  )

const revoke = Command.make("revoke", {
  name: Argument.String("name").pipe(Argument.withSchema(KeyName), Argument.withDescription("The key's name")),
  ...JsonFlag.one,
  ...KeyTarget.flags
}, ({ json, name, ...place }) =>
  Effect.gen(function*() {
    yield* Infra.keys.revoke(yield* KeyTarget.pathOf(place), name)
    yield* Console.log(
      json
        ? JSON.stringify({ name, revoked: true })
        : `key ${name} is revoked: services that run reject it within a second`
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Take an api key away, for good. A new one may have its name"),
    Command.withExamples([{ command: "flash-sale key revoke shop" }])
  )

export const command = Command.make("key").pipe(
  Command.withDescription("Make, list and revoke the api keys by which shops and operators call the engine"),
  Command.withSubcommands([CreateCommand.command, list, revoke])
)
