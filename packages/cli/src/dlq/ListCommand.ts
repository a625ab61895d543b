/** `flash-sale dlq list`: the open letters. */
import * as Letters from "@flash-sale/operations/letters/Letters"
import { Clock, Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import { filterOf, filters } from "./DlqFlags.ts"
import * as LetterFormat from "./LetterFormat.ts"

export const command = Command.make("list", {
  limit: Flag.Int("limit").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Letters.MAX_LETTERS }))),
    Flag.withDescription("The most letters to print, the oldest first; 100 by default"),
    Flag.withDefault(100)
  ),
  ...filters,
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ item, json, limit, olderThan, reason, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const letters = yield* engine.letters(filterOf({ item, olderThan, reason }))
    const now = yield* Clock.currentTimeMillis
    const shown = letters.slice(0, limit)
    if (json) return yield* Effect.forEach(shown, (letter) => Console.log(LetterFormat.jsonLine(letter, now)))
    if (shown.length === 0) return yield* Console.log("no dead letters")
    yield* Console.log(LetterFormat.table(shown, now))
    // What is read at once may be a part of them.
    const least = letters.length < Letters.MAX_LETTERS ? "" : "at least "
    if (letters.length > limit) yield* Console.log(`and ${least}${letters.length - limit} more: --limit`)
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print the dead letters that nobody has handled, oldest first"),
    Command.withExamples([{ command: "flash-sale dlq list --reason payment-timeout --older-than 1h" }])
  )
