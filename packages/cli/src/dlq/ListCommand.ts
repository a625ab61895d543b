/** `flash-sale dlq list`: the open letters. */
import { Clock, Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import { filters } from "./DlqFlags.ts"
import * as LetterFormat from "./LetterFormat.ts"
import * as Letters from "./Letters.ts"

export const command = Command.make("list", {
  limit: Flag.Int("limit").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Letters.MAX_LETTERS }))),
    Flag.withDescription("The most letters to print, the oldest first; 100 by default"),
    Flag.withDefault(100)
  ),
  ...filters,
  json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object a line"), Flag.withDefault(false)),
  ...Target.flags
}, ({ item, json, limit, reason, ...target }) =>
  Effect.gen(function*() {
    const letters = yield* Letters.open({ item, reason })
    const now = yield* Clock.currentTimeMillis
    const shown = letters.slice(0, limit)
    if (json) return yield* Effect.forEach(shown, (letter) => Console.log(LetterFormat.jsonLine(letter, now)))
    if (shown.length === 0) return yield* Console.log("no dead letters")
    yield* Console.log(LetterFormat.table(shown, now))
    if (letters.length > limit) yield* Console.log(`and ${letters.length - limit} more: --limit`)
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print the dead letters that nobody has handled, oldest first")
  )
