/** Runs one line of `flash-sale` as a process: with its signals, and with the code that it ends with. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { release } from "@flash-sale/infra/http/Release"
import * as RemoteSettings from "@flash-sale/infra/settings/RemoteSettings"
import { Cause, Console, Effect, Exit, Runtime } from "effect"
import { CliConfig, CliError, Command, GlobalFlag } from "effect/cli"
import * as FlashSale from "./FlashSale.ts"
import * as BesideOnly from "./terminal/BesideOnly.ts"
import * as CommandFailed from "./terminal/CommandFailed.ts"
import * as ExitCode from "./terminal/ExitCode.ts"
import * as Interruption from "./terminal/Interruption.ts"
import * as Usage from "./terminal/Usage.ts"

/** A terminal that closes says SIGHUP: what is in hand is finished then as well. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** No `--log-level`, as LOG_LEVEL says it for processes, and the other commands log nothing. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/** Interrupts the program at the first signal. What then is left to do is bounded by itself. */
const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  let isSignalled = false
  const interrupt = () => {
    isSignalled = true
    fiber.interruptUnsafe(fiber.id)
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  fiber.addObserver((exit) => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt)
    teardown(exit, (code) => {
      if (isSignalled || code !== 0) process.exit(code)
    })
  })
})

const interrupted = Effect.flatMap(Interruption.Interruption, (interruption) => {
  switch (Interruption.exitCode(interruption)) {
    case 0:
      return Effect.void
    case ExitCode.UNKNOWN:
      return Console.error("flash-sale: interrupted: nobody knows whether it was recorded; look before trying again")
    default:
      return Console.error("flash-sale: interrupted before it was done")
  }
})

const codeOf = (error: unknown): number =>
  CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length > 0
    ? ExitCode.USAGE
    : Runtime.getErrorExitCode(error)

/** Runs the line and ends the process. */
export const run = (args: ReadonlyArray<string>): void => {
  const interruption = Interruption.Interruption.defaultValue()
  const teardown: Runtime.Teardown = (exit, onExit) => {
    if (Exit.isSuccess(exit)) return onExit(0)
    onExit(
      Cause.hasInterruptsOnly(exit.cause) ? Interruption.exitCode(interruption) : codeOf(Cause.squash(exit.cause))
    )
  }
  const refused = Effect.flatMap(RemoteSettings.url, (url) => {
    const refusal = BesideOnly.refusalOf(args, url)
    return refusal === undefined ? Effect.void : Effect.fail(refusal)
  })
  Usage.read(args).pipe(
    Effect.andThen(Effect.mapError(refused, CommandFailed.from)),
    Effect.andThen(Effect.promise(() => FlashSale.load(args))),
    Effect.flatMap((command) => Command.runWith(command, { version: release.version })(args)),
    CommandFailed.report,
    Effect.onInterrupt(() => interrupted),
    Effect.provide([NodeServices.layer, CliConfig.layer({ builtIns }), Usage.layer]),
    Effect.provideService(Interruption.Interruption, interruption),
    runMain({ teardown })
  )
}
