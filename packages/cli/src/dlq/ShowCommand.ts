/** `flash-sale dlq show`: one letter, and the status of its order. */
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import { id } from "./DlqFlags.ts"
import * as LetterFormat from "./LetterFormat.ts"
import * as LetterWords from "./LetterWords.ts"

export const command = Command.make("show", { id, ...Target.anywhere }, ({ id, ...target }) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const found = yield* engine.letter(id)
    switch (found._tag) {
      case "Unknown":
        return yield* CommandFailed.failed(
          `${LetterIdText.show(id)} ${LetterWords.ofRefusal({ code: "unknown_letter" })}`
        )
      case "Handled":
        return yield* Console.log(`${LetterIdText.show(id)} ${LetterWords.ofHandling(found.handling)}`)
      case "Open":
        return yield* Console.log(LetterFormat.whole(id, found))
    }
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print a dead letter and the present status of its order as JSON, or who handled it"),
    Command.withExamples([{ command: "flash-sale dlq show 3-1742" }])
  )
