/** `flash-sale webhook list` and `webhook show`: how webhooks do. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import * as WebhookFlags from "./WebhookFlags.ts"
import * as WebhookFormat from "./WebhookFormat.ts"

const NONE = "no webhooks: docs/webhooks.md says how to have one"

export const list = Command.make("list", {
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ json, ...target }) =>
  WebhookFlags.asking(target, (webhooks) =>
    Effect.flatMap(webhooks.list, (rows) => {
      if (rows.length === 0) return json ? Effect.void : Console.log(NONE)
      return Console.log(json ? rows.map((row) => JSON.stringify(row)).join("\n") : WebhookFormat.table(rows))
    }))).pipe(
    Command.withDescription(
      "Print every webhook: whether it is delivered to, how much waits, how much was given up. Of urls the origin"
    ),
    Command.withExamples([{ command: "flash-sale webhook list" }])
  )

export const show = Command.make("show", {
  name: WebhookFlags.name,
  ...JsonFlag.one,
  ...Target.anywhere
}, ({ json, name, ...target }) =>
  WebhookFlags.asking(target, (webhooks) =>
    Effect.flatMap(
      webhooks.one(name),
      (webhook) => Console.log(json ? JSON.stringify(webhook) : WebhookFormat.details(webhook))
    ))).pipe(
    Command.withDescription("Print one webhook with its last hundred replays, and how far they are"),
    Command.withExamples([{ command: "flash-sale webhook show shop" }])
  )
