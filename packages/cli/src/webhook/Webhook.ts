/** `flash-sale webhook list|show|deliveries|test|replay|enable|secret`: the servers of the shop that are told events. */
import { Command } from "effect/cli"
import * as DeliveriesCommand from "./DeliveriesCommand.ts"
import * as EnableCommand from "./EnableCommand.ts"
import * as ListCommand from "./ListCommand.ts"
import * as ReplayCommand from "./ReplayCommand.ts"
import * as SecretCommand from "./SecretCommand.ts"
import * as TestCommand from "./TestCommand.ts"

export const command = Command.make("webhook").pipe(
  Command.withDescription("Look at webhooks, try one, send events again, and make a secret for one"),
  Command.withSubcommands([
    ListCommand.list,
    ListCommand.show,
    DeliveriesCommand.command,
    TestCommand.command,
    ReplayCommand.command,
    EnableCommand.command,
    SecretCommand.command
  ])
)
