/** `flash-sale order history`: what became of one order, step by step: out of the archive, or out of the log. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import * as ArchivedHistory from "./ArchivedHistory.ts"
import * as OrderFlags from "./OrderFlags.ts"
import * as OrderFormat from "./OrderFormat.ts"

export const command = Command.make("history", {
  requestId: OrderFlags.requestId,
  item: OrderFlags.item,
  log: Flag.Boolean("log").pipe(
    Flag.withDescription("Out of the log also where there is an archive: every record, with what the fold made of it"),
    Flag.withDefault(false)
  ),
  ...JsonFlag.one,
  ...Target.anywhere
}, ({ item, json, log, requestId, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const found = log ? undefined : yield* engine.orderDetails(requestId, Option.getOrUndefined(item))
    if (found?.archived === true) {
      return yield* Console.log(json ? JSON.stringify(found) : ArchivedHistory.text(found))
    }
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
      "Print what became of an order, step by step, out of the archive. Where there is none, or it does not have the " +
        "order yet, the order's records in the log, with who appended them, and what the fold made of each: that " +
        "reads the whole partition of its item, for two minutes at the most, says how far that was, and is not done " +
        "through the admin API"
    ),
    Command.withExamples([{ command: "flash-sale order history r-1" }, {
      command: "flash-sale order history r-1 --item 101 --log --json"
    }])
  )
