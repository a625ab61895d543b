/** `flash-sale dlq discard`: letters that need nothing more. */
import * as DiscardRun from "@flash-sale/operations/letters/DiscardRun"
import * as LetterOutcome from "@flash-sale/operations/letters/LetterOutcome"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Interruption from "../terminal/Interruption.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import { id } from "./DlqFlags.ts"
import * as LetterWords from "./LetterWords.ts"

/** How long discarding may take. */
const DISCARDED_WITHIN = "1 minute"

/** Fails where a letter may still be open, by the worst that happened. */
const failWhereNotDone = (results: ReadonlyArray<DiscardRun.DiscardResult>) => {
  const failures = results.flatMap((result) =>
    result._tag === "Failed"
      ? [CommandFailed.about(result.id, CommandFailed.from(result.error))]
      : result._tag === "NotTried"
      ? [CommandFailed.failed(`${result.id}: not tried, as the time was over`)]
      : []
  )
  if (failures.length === 0) return Effect.void
  const code = Math.max(...failures.map((failure) => failure.code)) as CommandFailed.CommandFailed["code"]
  return Effect.fail(new CommandFailed.CommandFailed({ code, lines: failures.flatMap(({ lines }) => lines) }))
}

export const command = Command.make("discard", {
  ids: id.pipe(Argument.variadic({ min: 1 })),
  by: OperatorFlags.by,
  why: OperatorFlags.why("why").pipe(Flag.withDescription("Why nothing more is to be done about it")),
  ...JsonFlag.lines,
  ...Target.flags
}, ({ by, ids, json, why, ...target }) =>
  Effect.gen(function*() {
    const operator = yield* OperatorFlags.operator({ by, reason: Option.some(why) })
    const selection = { _tag: "Ids", ids } as const
    const inspected = yield* Target.bounded(DiscardRun.inspect(selection))
    const results = yield* Interruption.isUnknown(DiscardRun.perform(selection, inspected, operator, DISCARDED_WITHIN))
    const refusals = results.flatMap((result) =>
      result._tag === "Refused" ? [`${result.id} ${LetterWords.ofRefusal(result.refusal)}`] : []
    )
    if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
    for (const result of results) {
      if (result._tag !== "Discarded") continue
      yield* Console.log(
        json ? JSON.stringify(LetterOutcome.of(result)) : LetterWords.ofDiscarded(result.discarded)
      )
    }
    yield* failWhereNotDone(results)
  }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Mark dead letters as handled without doing anything about them"),
    Command.withExamples([{ command: "flash-sale dlq discard 3-1743 --why \"a typo of the importer\"" }])
  )
