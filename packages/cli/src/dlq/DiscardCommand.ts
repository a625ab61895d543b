/** `flash-sale dlq discard`: letters that need nothing more. */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import { id } from "./DlqFlags.ts"
import * as LetterWords from "./LetterWords.ts"

export const command = Command.make("discard", {
  ids: id.pipe(Argument.variadic({ min: 1 })),
  by: OperatorFlags.by,
  why: OperatorFlags.why("why").pipe(Flag.withDescription("Why nothing more is to be done about it")),
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ by, ids, json, why, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const author = { by, reason: Option.some(why), flag: "--why" } as const
    const words = json ? LetterWords.jsonOfDiscarded : LetterWords.ofDiscarded
    const { refused } = yield* engine.discard(ids, author, (discarded) => Console.log(words(discarded)))
    if (refused.length > 0) return yield* CommandFailed.failed(...LetterWords.ofRefused(refused))
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Mark dead letters as handled without doing anything about them. Of one with the reason Payment Without Order " +
        "it says that the buyer has the money back"
    ),
    Command.withExamples([
      { command: "flash-sale dlq discard 3-1743 --why \"a typo of the importer\"" },
      { command: "flash-sale dlq discard 3-1750 --why \"paid back: wire-7\"", description: "Money that came too late" }
    ])
  )
