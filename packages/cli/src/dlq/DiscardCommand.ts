/** `flash-sale dlq discard`: letters that need nothing more. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as Batch from "./Batch.ts"
import * as Discard from "./Discard.ts"
import { by, distinct, id, orUser, text } from "./DlqFlags.ts"

export const command = Command.make("discard", {
  ids: id.pipe(Argument.variadic({ min: 1 })),
  by,
  why: text("why", "Why nothing more is to be done about it"),
  ...Target.flags
}, ({ by, ids, why, ...target }) =>
  Effect.gen(function*() {
    const operator = { by: yield* orUser(by), why }
    const inspected = yield* Batch.inspect(distinct(ids), Discard.inspect)
    const refusals = Batch.refusals(inspected)
    if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
    yield* Batch.perform(inspected, (step) => Discard.perform(step, operator))
  }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Mark dead letters as handled without doing anything about them")
  )
