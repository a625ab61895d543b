/** The entry point of the command. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { release } from "@flash-sale/infra/http/Release"
import { Cause, Effect, Exit, Runtime } from "effect"
import { CliConfig, Command, GlobalFlag } from "effect/cli"
import * as FlashSale from "./FlashSale.ts"
import * as CommandFailed from "./terminal/CommandFailed.ts"

/** A process that stopped on a signal exits with 0. */
const teardown: Runtime.Teardown = (exit, onExit) =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)

/** No `--log-level`, as LOG_LEVEL says it for processes, and the other commands log nothing. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

FlashSale.command.pipe(
  Command.run({ version: release.version }),
  CommandFailed.report,
  Effect.provide([NodeServices.layer, CliConfig.layer({ builtIns })]),
  NodeRuntime.runMain({ teardown })
)
