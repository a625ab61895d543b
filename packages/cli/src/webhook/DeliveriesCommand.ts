/** `flash-sale webhook deliveries`: what a webhook was not told. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import type { DeliveryRow } from "../engine/webhook/WebhookCalls.ts"
import * as ListFlags from "../report/ListFlags.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import * as WebhookFlags from "./WebhookFlags.ts"
import * as WebhookFormat from "./WebhookFormat.ts"

export const command = Command.make("deliveries", {
  name: WebhookFlags.name,
  dead: Flag.Boolean("dead").pipe(
    Flag.withDescription("Only those that were given up; with those that wait where it is absent"),
    Flag.withDefault(false)
  ),
  limit: ListFlags.limit,
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ dead, json, limit, name, ...target }) =>
  WebhookFlags.asking(target, (webhooks) =>
    Effect.gen(function*() {
      const print = (rows: ReadonlyArray<DeliveryRow>, isFirst: boolean) =>
        Console.log(
          json ? rows.map((row) => JSON.stringify(row)).join("\n") : WebhookFormat.deliveries(rows, isFirst)
        )
      const read = (options: Parameters<typeof webhooks.deliveries>[2]) =>
        webhooks.deliveries(name, dead ? "dead" : undefined, options)
      const { isAll, shown } = yield* ListFlags.eachPage(limit, read, print)
      if (shown === 0 && !json) yield* Console.log(dead ? "no dead deliveries" : "no deliveries wait or are dead")
      if (!isAll) yield* Console.error("flash-sale: and more: --limit")
    }))).pipe(
    Command.withDescription(
      "Print deliveries of a webhook that have failed, the newest first: those that are tried again, and those that " +
        "were given up. What was delivered is not kept"
    ),
    Command.withExamples([{ command: "flash-sale webhook deliveries shop --dead" }])
  )
