/** `flash-sale dlq list|show|replay|discard`: what operators do about dead letters. */
import { Command } from "effect/cli"
import * as DiscardCommand from "./DiscardCommand.ts"
import * as ListCommand from "./ListCommand.ts"
import * as ReplayCommand from "./ReplayCommand.ts"
import * as ShowCommand from "./ShowCommand.ts"

export const command = Command.make("dlq").pipe(
  Command.withDescription("Look at dead letters, try their orders again, or be done with them"),
  Command.withSubcommands([ListCommand.command, ShowCommand.command, ReplayCommand.command, DiscardCommand.command])
)
