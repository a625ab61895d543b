/** A command that is run without a command line, with its output captured. */
import * as CommandFailed from "@flash-sale/cli/terminal/CommandFailed"
import { Console, Effect, Exit } from "effect"
import { TestConsole } from "effect/testing"

/** What a command printed, and how it ended. */
export const capture = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const console = yield* TestConsole.make
  const exit = yield* Effect.exit(effect).pipe(Effect.provideService(Console.Console, console))
  const failure = Exit.findErrorOption(exit)
  return {
    isSuccess: Exit.isSuccess(exit),
    out: (yield* console.logLines).join("\n"),
    complaint: failure._tag === "Some" && failure.value instanceof CommandFailed.CommandFailed
      ? failure.value.message
      : String(failure._tag === "Some" ? failure.value : exit)
  }
})
