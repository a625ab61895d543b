/** `flash-sale webhook list|show|deliveries|test|replay|enable|secret`: the shop's servers that are told events. */
import { Command } from "effect/cli"
import * as DeliveriesCommand from "./DeliveriesCommand.ts"
import * as EnableCommand from "./EnableCommand.ts"
import * as SecretCommand from "./SecretCommand.ts"
import * as TestCommand from "./TestCommand.ts"
import * as WebhookListCommand from "./WebhookListCommand.ts"
import * as WebhookReplayCommand from "./WebhookReplayCommand.ts"

export const command = Command.make("webhook").pipe(
  Command.withDescription("Look at webhooks, try one, send events again, and make a secret for one"),
  Command.withSubcommands([
    WebhookListCommand.list,
    WebhookListCommand.show,
    DeliveriesCommand.command,
    TestCommand.command,
    WebhookReplayCommand.command,
    EnableCommand.command,
    SecretCommand.command
  ])
)
