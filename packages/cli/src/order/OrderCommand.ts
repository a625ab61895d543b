/** `flash-sale order show`: what is known of a request. */
import { RequestId } from "@flash-sale/domain/records/Ids"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"

const show = Command.make("show", {
  requestId: Argument.String("request_id").pipe(
    Argument.withSchema(RequestId),
    Argument.withDescription("The buyer's own name for the order")
  ),
  ...Target.anywhere
}, ({ requestId, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    yield* Console.log(JSON.stringify(yield* engine.order(requestId), undefined, 2))
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print the status of an order as JSON. Not through the admin API of an engine without an archive"
    ),
    Command.withExamples([{ command: "flash-sale order show r-1" }])
  )

export const command = Command.make("order").pipe(
  Command.withDescription("Look at an order"),
  Command.withSubcommands([show])
)
