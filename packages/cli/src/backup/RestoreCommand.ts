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
    const keyId = yield* Infra.embeddedTokenKey(settings)
    if (json) {
      const view = {
        ...BackupTarget.view(settings.dataDir, content),
        ...(keyId === undefined ? {} : { token_key: keyId })
      }
      return yield* Console.log(JSON.stringify(view))
    }
    yield* Console.log(
      `${settings.dataDir}: ${BackupTarget.describe(content)}\n` +
        "what came after it is not in the books: compare them with the charges of the payment provider"
    )
    if (keyId !== undefined) {
      yield* Console.log(
        `its payment tokens are encrypted by the key ${keyId}, which is in no backup: before the start bring ` +
          `payment-token.keys of that engine into ${settings.dataDir}, or the file of PAYMENT_TOKEN_KEY_FILE`
      )
    }
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Bring a backup back into a folder, which is made where it is missing. Refuses one that holds an engine's " +
        "files, or in which an engine works"
    ),
    Command.withExamples([{ command: "flash-sale restore orders.sqlite --data-dir ./data" }])
  )
