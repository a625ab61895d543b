/** `flash-sale dlq discard`: letters that need nothing more. */
import * as Discard from "@flash-sale/operations/letters/Discard"
import { distinct } from "@flash-sale/operations/letters/LetterSelection"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as Batch from "./Batch.ts"
import { id } from "./DlqFlags.ts"
import * as LetterWords from "./LetterWords.ts"

export const command = Command.make("discard", {
  ids: id.pipe(Argument.variadic({ min: 1 })),
  by: OperatorFlags.by,
  why: OperatorFlags.why("why").pipe(Flag.withDescription("Why nothing more is to be done about it")),
  ...JsonFlag.lines,
  ...Target.flags
}, ({ by, ids, json, why, ...target }) =>
  Effect.gen(function*() {
    const operator = yield* OperatorFlags.operator({ by, reason: Option.some(why) })
    const inspected = yield* Batch.inspect(distinct(ids), Discard.inspect)
    const refusals = Batch.refusals(inspected)
    if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
    yield* Batch.perform(inspected, (step) =>
      Effect.map(Discard.perform(step, operator), json ? LetterWords.jsonOfDiscarded : LetterWords.ofDiscarded))
  }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Mark dead letters as handled without doing anything about them"),
    Command.withExamples([{ command: "flash-sale dlq discard 3-1743 --why \"a typo of the importer\"" }])
  )
