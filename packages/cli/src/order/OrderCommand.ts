/** `flash-sale order show`: what is known of a request. */
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RequestId } from "@flash-sale/domain/records/Ids"
import { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Console, Effect, Schema, Struct } from "effect"
import { Argument, Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"

const encode = Schema.encodeSync(StatusRecord)

const show = Command.make("show", {
  requestId: Argument.String("request_id").pipe(
    Argument.withSchema(RequestId),
    Argument.withDescription("The buyer's own name for the order")
  ),
  ...Target.flags
}, ({ requestId, ...target }) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    const found = yield* statuses.read(requestId)
    switch (found._tag) {
      case "Unknown":
        return yield* CommandFailed.failed(
          `order ${JSON.stringify(requestId)} is not known: it never came, or its final status has expired`
        )
      case "Leased":
        return yield* CommandFailed.failed(
          `order ${JSON.stringify(requestId)} is being placed: ask again, its outcome is not known yet`
        )
      case "Kept":
        // Fingerprint and offset (`place`) are the engine's own.
        yield* Console.log(JSON.stringify(Struct.omit(encode(found.record), ["fingerprint", "place"]), undefined, 2))
    }
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print the status of an order as JSON"),
    Command.withExamples([{ command: "flash-sale order show r-1" }])
  )

export const command = Command.make("order").pipe(
  Command.withDescription("Look at an order"),
  Command.withSubcommands([show])
)
