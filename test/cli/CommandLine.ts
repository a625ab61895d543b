/** Commands as they are typed at a terminal, with their environment. */
import * as CommandFailed from "@flash-sale/cli/terminal/CommandFailed"
import * as EngineName from "@flash-sale/cli/terminal/EngineName"
import * as Usage from "@flash-sale/cli/terminal/Usage"
import { Cause, ConfigProvider, Console, Effect, Exit } from "effect"
import { TestConsole } from "effect/testing"

/** What a command printed, what it complained of, and whether it succeeded. */
export interface CommandResult {
  readonly isSuccess: boolean
  readonly failure: unknown
  readonly out: string
  /** Without what it says of the engine that it talks to. */
  readonly complaint: string
  /** The lines that say so. */
  readonly engine: ReadonlyArray<string>
}

/** Whatever `Command.runWith` made, typed as one line under an environment. */
export const runner = <E, R>(cli: (args: ReadonlyArray<string>) => Effect.Effect<void, E, R>) =>
  Effect.fnUntraced(function*(line: string, env: Readonly<Record<string, string>>) {
    const console = yield* TestConsole.make
    const exit = yield* Effect.exit(CommandFailed.report(cli(line.split(" ").filter((word) => word !== "")))).pipe(
      Effect.provide(Usage.layer),
      Effect.provideService(Console.Console, console),
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
    )
    const errors = (yield* console.errorLines).map(String)
    const isEngine = (line: string) => line.startsWith(EngineName.PREFIX)
    const typed: CommandResult = {
      isSuccess: Exit.isSuccess(exit),
      failure: Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined,
      out: (yield* console.logLines).join("\n"),
      complaint: errors.filter((line) => !isEngine(line)).join("\n"),
      engine: errors.filter(isEngine)
    }
    return typed
  })
