/** A command that could not do its work: it prints one or more lines for the operator, and exits with code 1. */
import type { ItemDamaged } from "@flash-sale/domain/ports/ItemStore"
import type {
  AppendRefused,
  AppendUnknown,
  LogDamaged,
  LogRefused,
  LogUnavailable
} from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import * as Settings from "@flash-sale/infra/Settings"
import { type Config, Console, Effect, Runtime, Schema } from "effect"

export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  lines: Schema.Array(Schema.String)
}) {
  // `report` prints it; the runtime need not.
  override readonly [Runtime.errorReported] = false
  override get message(): string {
    return this.lines.join("\n")
  }
}

export const failed = (...lines: ReadonlyArray<string>): CommandFailed => new CommandFailed({ lines })

/** Errors of adapters and servers that already say it in a line. */
interface InWords {
  readonly _tag: "CannotOpen" | "CannotUseKeys" | "EngineLocked" | "CannotListen"
  readonly message: string
}

type Known =
  | CommandFailed
  | Config.ConfigError
  | InWords
  | LogUnavailable
  | LogRefused
  | LogDamaged
  | StoreUnavailable
  | ItemDamaged
  | AppendRefused
  | AppendUnknown

/** The error in the operator's words. */
export const from = (error: Known): CommandFailed => {
  switch (error._tag) {
    case "CommandFailed":
      return error
    case "ConfigError":
      return failed(...Settings.lines(error))
    case "LogUnavailable":
      return failed(`the log cannot be reached: ${error.detail}`)
    case "LogRefused":
      return failed(`the log is not used: ${error.detail}`)
    case "LogDamaged":
      return failed(`partition ${error.partition}: ${RecoveryPlan.describe(RecoveryPlan.damaged(error))}`)
    case "StoreUnavailable":
      return failed(`the store cannot be reached: ${error.detail}`)
    case "ItemDamaged":
      return failed(`item ${error.itemId} is stopped: ${error.detail}`)
    case "AppendRefused":
      return failed(`not recorded, nothing changed: ${error.detail}`)
    case "AppendUnknown":
      return failed(`nobody knows whether it was recorded: ${error.detail}; look before trying again`)
    case "CannotOpen":
    case "CannotUseKeys":
    case "EngineLocked":
    case "CannotListen":
      return failed(error.message)
  }
}

/** Prints a failure on standard error, each line by itself. */
export const report = <A, E, R>(
  effect: Effect.Effect<A, E | CommandFailed, R>
): Effect.Effect<A, E | CommandFailed, R> =>
  Effect.tapError(effect, (error) =>
    error instanceof CommandFailed
      ? Console.error(error.lines.map((line) => `flash-sale: ${line}`).join("\n"))
      : Effect.void)
