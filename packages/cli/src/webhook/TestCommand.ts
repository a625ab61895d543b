/** `flash-sale webhook test`: whether a receiver takes what is sent to it. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { OUTCOME_WITHIN, type WebhookCalls } from "../engine/webhook/WebhookCalls.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as TestWords from "./TestWords.ts"
import * as WebhookFlags from "./WebhookFlags.ts"

const run = (webhooks: WebhookCalls, [name, author]: Parameters<WebhookCalls["test"]>, json: boolean) =>
  Effect.gen(function*() {
    const test = yield* webhooks.test(name, author)
    if (json) yield* Console.log(JSON.stringify(test))
    if (test.outcome === "delivered") return yield* json ? Effect.void : Console.log(TestWords.delivered(test))
    if (test.outcome === "failed") return yield* CommandFailed.failed(...TestWords.failed(test))
    const { condition } = yield* webhooks.one(name)
    return yield* CommandFailed.failed(...TestWords.pending(test, condition))
  })

export const command = Command.make("test", {
  name: WebhookFlags.name,
  ...JsonFlag.one,
  ...OperatorFlags.flags,
  ...Target.anywhere
}, ({ by, json, name, reason, ...target }) =>
  WebhookFlags.asking(
    target,
    (webhooks) => run(webhooks, [name, { by, reason, flag: "--reason" }], json)
  )).pipe(
    Command.withDescription(
      `Send an event webhook.test to a webhook, once, and wait up to ${OUTCOME_WITHIN} for its answer: the process ` +
        "that delivers to it sends it. Exits with 1 where it was not taken, and says what to look at"
    ),
    Command.withExamples([{ command: "flash-sale webhook test shop" }])
  )
