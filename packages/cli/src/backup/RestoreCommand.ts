/** `flash-sale restore`: a backup of the embedded file becomes an engine's folder. */
import * as Infra from "@flash-sale/infra/Infra"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as BackupTarget from "./BackupTarget.ts"

export const command = Command.make("restore", {
  file: Argument.String("file").pipe(Argument.withDescription("A file that flash-sale backup has made")),
  ...JsonFlag.one,
  ...BackupTarget.flags
}, ({ file, json, ...place }) =>
  Effect.gen(function*() {
    const settings = yield* BackupTarget.embedded(place)
    const content = yield* Infra.restoreEmbedded(settings, file)
    if (json) return yield* Console.log(JSON.stringify(BackupTarget.view(settings.dataDir, content)))
    yield* Console.log(
      `${settings.dataDir}: ${BackupTarget.describe(content)}\n` +
        "what came after it is not in the books: compare them with the charges of the payment provider"
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Bring a backup back into a folder, which is made where it is missing. Refuses one that holds an engine's " +
        "files, or in which an engine works"
    ),
    Command.withExamples([{ command: "flash-sale restore orders.sqlite --data-dir ./data" }])
  )
