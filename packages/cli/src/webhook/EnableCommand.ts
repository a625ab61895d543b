/** `flash-sale webhook enable`: delivering again to a receiver that has said that it is gone. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as WebhookFlags from "./WebhookFlags.ts"

export const command = Command.make("enable", {
  name: WebhookFlags.name,
  ...JsonFlag.one,
  ...OperatorFlags.flags,
  ...Target.anywhere
}, ({ by, json, name, reason, ...target }) =>
  WebhookFlags.asking(target, (webhooks) =>
    Effect.flatMap(
      webhooks.enable(name, { by, reason, flag: "--reason" }),
      (row) =>
        Console.log(
          json ? JSON.stringify(row) : `webhook ${name}: ${row.condition}, ${row.waiting} deliveries wait`
        )
    ))).pipe(
    Command.withDescription(
      "Deliver again to a webhook that has answered 410. What waits is due at once. One that the file disables stays so"
    ),
    Command.withExamples([{ command: "flash-sale webhook enable shop --reason \"it is back\"" }])
  )
