/** `flash-sale order history`: the records of one order, out of the log. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import * as OrderFlags from "./OrderFlags.ts"
import * as OrderFormat from "./OrderFormat.ts"

export const command = Command.make("history", {
  requestId: OrderFlags.requestId,
  item: OrderFlags.item,
  ...JsonFlag.one,
  ...Target.anywhere
}, ({ item, json, requestId, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const history = yield* engine.orderHistory(OrderFlags.meant(requestId, item))
    if (json) yield* Console.log(OrderFormat.historyJson(requestId, history))
    if (history.entries.length === 0) {
      return yield* CommandFailed.failed(
        `no record of order ${JSON.stringify(requestId)} was found: ${OrderFormat.looked(history.looked).join("; ")}`
      )
    }
    if (!json) yield* Console.log(OrderFormat.history(history))
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print the records of an order in the log, with who appended them, and what the fold made of each. Reads the " +
        "whole partition of its item, for two minutes at the most, and says how far that was. Not through the admin API"
    ),
    Command.withExamples([{ command: "flash-sale order history r-1" }, {
      command: "flash-sale order history r-1 --item 101 --json"
    }])
  )
