/** `flash-sale order show|list|history|cancel|refund`: what is known of an order, and what is done about it. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as HistoryCommand from "./HistoryCommand.ts"
import * as OrderChanges from "./OrderChanges.ts"
import * as OrderFlags from "./OrderFlags.ts"
import * as OrderListCommand from "./OrderListCommand.ts"

const show = Command.make("show", {
  requestId: OrderFlags.requestId,
  ...Target.anywhere
}, ({ requestId, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    yield* Console.log(JSON.stringify(yield* engine.order(requestId), undefined, 2))
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print the status of an order as JSON; one that is no longer kept out of the archive. Not through the admin " +
        "API of an engine without an archive"
    ),
    Command.withExamples([{ command: "flash-sale order show r-1" }])
  )

export const command = Command.make("order").pipe(
  Command.withDescription("Look at an order or at many, cancel one, or give it back"),
  Command.withSubcommands([
    show,
    OrderListCommand.command,
    HistoryCommand.command,
    OrderChanges.cancel,
    OrderChanges.refund
  ])
)
