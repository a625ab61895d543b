/** `flash-sale backup`: the embedded file as it is now, in one file. */
import * as Infra from "@flash-sale/infra/Infra"
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as BackupTarget from "./BackupTarget.ts"

export const command = Command.make("backup", {
  file: Argument.String("file").pipe(Argument.withDescription("The file to make, such as backup-20261127.sqlite")),
  force: Flag.Boolean("force").pipe(
    Flag.withDescription("Replace an earlier backup of this name. No other file is ever replaced"),
    Flag.withDefault(false)
  ),
  ...JsonFlag.one,
  ...BackupTarget.flags
}, ({ file, force, json, ...place }) =>
  Effect.gen(function*() {
    const settings = yield* BackupTarget.embedded(place)
    const content = yield* Infra.backupEmbedded(settings, file, force)
    const keys = yield* Infra.embeddedKeyFiles(settings)
    if (json) return yield* Console.log(JSON.stringify({ ...BackupTarget.view(file, content), not_in_it: keys }))
    yield* Console.log(`${file}: ${BackupTarget.describe(content)}`)
    if (keys.length === 0) return
    yield* Console.log(
      `not in it: ${keys.join(", ")} in ${settings.dataDir}; keep a copy apart, a restored engine needs it`
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Make a backup of the embedded engine, also while it runs, and check every record of its log. " +
        "On Kafka and Redis there is nothing to do here: see docs/operations.md"
    ),
    Command.withExamples([{ command: "flash-sale backup orders.sqlite" }])
  )
