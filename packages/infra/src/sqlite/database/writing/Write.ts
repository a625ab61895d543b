/** One write, and how it becomes a step of the group commit. */
import { Option, Result } from "effect"
import type { Connection } from "../Connection.ts"
import type { Step } from "../GroupCommit.ts"

/** What a write asks for. */
export interface Writing {
  /** Names a topic of `Signals` to wake after the commit. */
  readonly touch: (topic: string) => void
  /** Has this done after the commit, before anybody is woken; never where the write is undone. */
  readonly afterwards: (act: () => void) => void
}

/**
 * One write: synchronous, inside a transaction that it shares with others. A failure undoes its own changes, and
 * nothing else.
 */
export type Job<A, E> = (connection: Connection, writing: Writing) => Result.Result<A, E>

/** The step of a write, and what came of it once the step has run. */
export const toStep = <A, E>(
  durable: boolean,
  job: Job<A, E>,
  touch: Writing["touch"]
): { readonly step: Step; readonly result: () => Result.Result<A, E> } => {
  let result: Option.Option<Result.Result<A, E>> = Option.none()
  const acts: Array<() => void> = []
  const writing: Writing = { touch, afterwards: (act) => void acts.push(act) }
  const run = (connection: Connection): boolean => {
    const made = job(connection, writing)
    result = Option.some(made)
    return Result.isSuccess(made)
  }
  const committed = (): void => {
    // A write that says it failed is undone, though its step has not failed.
    if (Option.isSome(result) && Result.isSuccess(result.value)) { for (const act of acts) act() }
  }
  return { step: { durable, run, committed }, result: () => Option.getOrThrow(result) }
}
