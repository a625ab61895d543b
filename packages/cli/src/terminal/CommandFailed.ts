/** A command that could not do its work: it prints one or more lines for the operator, and ends with a code. */
import type { ArchiveUnavailable, NoArchive } from "@flash-sale/domain/ports/Archive"
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
import type { Upgrading } from "@flash-sale/operations/append/RulesFirst"
import type { UnknownItem } from "@flash-sale/operations/items/KnownItem"
import { type Config, Console, Effect, Runtime, Schema } from "effect"
import * as ExitCode from "./ExitCode.ts"

export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  lines: Schema.Array(Schema.String),
  code: Schema.Literals([ExitCode.INCOMPLETE, ExitCode.USAGE, ExitCode.UNREACHABLE, ExitCode.UNKNOWN])
}) {
  override readonly [Runtime.errorExitCode] = this.code
  // `report` prints it; the runtime need not.
  override readonly [Runtime.errorReported] = false
  override get message(): string {
    return this.lines.join("\n")
  }
}

const make = (code: ExitCode.ExitCode) => (...lines: ReadonlyArray<string>) => new CommandFailed({ lines, code })

/** It found something wrong, or did not do all of its work. */
export const failed = make(ExitCode.INCOMPLETE)
/** It was typed, or set, in a way that makes no sense. */
export const usage = make(ExitCode.USAGE)
/** The log or the store cannot be reached. */
export const unreachable = make(ExitCode.UNREACHABLE)
/** Nobody knows whether it was recorded. */
export const unknown = make(ExitCode.UNKNOWN)

/** The same failure, with what it is about before each line. */
export const about = (what: string, { code, lines }: CommandFailed): CommandFailed =>
  new CommandFailed({ code, lines: lines.map((line) => `${what}: ${line}`) })

/** Errors of adapters and servers that already say it in a line. */
interface InWords {
  readonly _tag:
    | "CannotOpen"
    | "CannotUseKeys"
    | "CannotUseFile"
    | "KeysNotChanged"
    | "EngineLocked"
    | "CannotListen"
  readonly message: string
}

/** The same of a backup: `isUsage` where another path has to be typed. */
interface BackupInWords {
  readonly _tag: "BackupRefused"
  readonly message: string
  readonly isUsage: boolean
}

/** What is asked of the archive alone. */
export const NO_ARCHIVE =
  "this engine has no archive, out of which that is read: docs/operations.md says how to have one"

type Known =
  | CommandFailed
  | Config.ConfigError
  | InWords
  | BackupInWords
  | LogUnavailable
  | LogRefused
  | LogDamaged
  | StoreUnavailable
  | ArchiveUnavailable
  | NoArchive
  | ItemDamaged
  | AppendRefused
  | AppendUnknown
  | Upgrading
  | UnknownItem

/** The error in the operator's words. */
export const from = (error: Known): CommandFailed => {
  switch (error._tag) {
    case "CommandFailed":
      return error
    case "ConfigError":
      return usage(...Settings.lines(error))
    case "LogUnavailable":
      return unreachable(`the log cannot be reached: ${error.detail}`)
    case "LogRefused":
      return unreachable(`the log is not used: ${error.detail}`)
    case "LogDamaged":
      return failed(`partition ${error.partition}: ${RecoveryPlan.describe(RecoveryPlan.damaged(error))}`)
    case "StoreUnavailable":
      return unreachable(`the store cannot be reached: ${error.detail}`)
    case "ArchiveUnavailable":
      return unreachable(`the archive cannot be reached: ${error.detail}`)
    case "NoArchive":
      return failed(NO_ARCHIVE)
    case "ItemDamaged":
      return failed(`item ${error.itemId} is stopped: ${error.detail}`)
    case "AppendRefused":
      return (error.overloaded ? failed : unreachable)(`not recorded, nothing changed: ${error.detail}`)
    case "AppendUnknown":
      return unknown(`nobody knows whether it was recorded: ${error.detail}; look before trying again`)
    case "Upgrading":
      return failed(`not recorded, nothing changed: ${error.detail}`)
    case "UnknownItem":
      return failed(`item ${error.itemId} ${unknownItem(error)}`)
    case "CannotOpen":
      return unreachable(error.message)
    case "BackupRefused":
      return (error.isUsage ? usage : failed)(error.message)
    case "CannotUseKeys":
    case "CannotUseFile":
    case "KeysNotChanged":
    case "EngineLocked":
    case "CannotListen":
      return failed(error.message)
  }
}

/** What is asked about is no item; `isComplete`: as far as is known now, where the fold is not at its end. */
export const noItem = ({ isComplete, itemId }: Pick<UnknownItem, "isComplete" | "itemId">): CommandFailed =>
  failed(
    isComplete
      ? `item ${itemId} is not known: nothing was ever put in, ordered or set`
      : `item ${itemId} is not known so far, as its partition is not folded to its end: start a processor`
  )

const unknownItem = ({ isComplete }: UnknownItem): string =>
  isComplete
    ? "is not known, and nothing was changed: flash-sale stock set begins an item, or --create"
    : "is not known so far, as its partition is not folded to its end, and nothing was changed: " +
      "start a processor, or --create"

/** Prints a failure on standard error, each line by itself. */
export const report = <A, E, R>(
  effect: Effect.Effect<A, E | CommandFailed, R>
): Effect.Effect<A, E | CommandFailed, R> =>
  Effect.tapError(effect, (error) =>
    error instanceof CommandFailed
      ? Console.error(error.lines.map((line) => `flash-sale: ${line}`).join("\n"))
      : Effect.void)
