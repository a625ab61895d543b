/** What the thread that writes the file is asked and answers. Calls and their outcomes travel as JSON. */
import { Cause, Exit, Result } from "effect"
import { SqliteUnavailable, SqliteUnknown, type WriteError } from "../GroupCommit.ts"
import type { Damage } from "../ResultCode.ts"
import type { Committed, Outcome } from "./Calls.ts"

/** What the thread is started with: the file, as a URI of SQLite. */
export interface Start {
  readonly file: string
}

export interface EncodedCall {
  readonly name: string
  readonly durable: boolean
  readonly input: string
}

/** Answered one after the other, in their order. */
export type Request =
  | { readonly _tag: "Commit"; readonly calls: ReadonlyArray<EncodedCall> }
  | { readonly _tag: "SetLimit"; readonly pages: number }
  | { readonly _tag: "TakeRest" }
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Close" }

/** `damage` was found by this request, or by one before it. */
export type Answer =
  | { readonly _tag: "Committed"; readonly text: string; readonly damage: Damage | undefined }
  | { readonly _tag: "Done"; readonly value: boolean; readonly damage: Damage | undefined }
  | { readonly _tag: "Failed"; readonly detail: string; readonly damage: Damage | undefined }

/** Said without being asked: another process has changed the file. */
export interface Notice {
  readonly _tag: "Changed"
}

/** An outcome as it crosses. A bug keeps its words and where it was. */
type EncodedOutcome =
  | { readonly done: unknown }
  | { readonly refused: unknown }
  | { readonly unavailable: string }
  | { readonly unknown: string }
  | { readonly bug: { readonly message: string; readonly stack: string | undefined } }

interface EncodedCommit {
  readonly outcomes: ReadonlyArray<EncodedOutcome>
  readonly touched: ReadonlyArray<string>
}

const encodeOutcome = (outcome: Outcome): EncodedOutcome => {
  if (Exit.isSuccess(outcome)) {
    const result = outcome.value
    return Result.isSuccess(result) ? { done: result.success } : { refused: result.failure ?? null }
  }
  const error = Cause.squash(outcome.cause)
  if (error instanceof SqliteUnavailable) return { unavailable: error.detail }
  if (error instanceof SqliteUnknown) return { unknown: error.detail }
  return error instanceof Error
    ? { bug: { message: error.message, stack: error.stack } }
    : { bug: { message: String(error), stack: undefined } }
}

const decodeOutcome = (outcome: EncodedOutcome): Outcome => {
  if ("done" in outcome) return Exit.succeed(Result.succeed(outcome.done))
  if ("refused" in outcome) return Exit.succeed(Result.fail(outcome.refused))
  if ("unavailable" in outcome) return failed(new SqliteUnavailable({ detail: outcome.unavailable }))
  if ("unknown" in outcome) return failed(new SqliteUnknown({ detail: outcome.unknown }))
  if ("bug" in outcome) {
    const { message, stack } = outcome.bug
    return Exit.die(Object.assign(new Error(message), stack === undefined ? {} : { stack }))
  }
  // A write without a result: what is undefined does not cross.
  return Exit.succeed(Result.succeed(undefined))
}

const failed = (error: WriteError): Outcome => Exit.fail(error)

/** What the other thread of this build has written, as it was there. */
export const read = (text: string): unknown => JSON.parse(text)

export const encode = ({ outcomes, touched }: Committed): string =>
  JSON.stringify({ outcomes: outcomes.map(encodeOutcome), touched: [...touched] } satisfies EncodedCommit)

/** Of a text that `encode` has made in the other thread. */
export const decode = (text: string): Committed => {
  const { outcomes, touched } = read(text) as EncodedCommit
  return { outcomes: outcomes.map(decodeOutcome), touched }
}
