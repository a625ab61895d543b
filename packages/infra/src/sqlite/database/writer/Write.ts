/**
 * Writes by name. Who wants one gives its name and plain data, so that it is the same write in the thread that asks and
 * in the one that has the connection.
 */
import type { Result } from "effect"
import type { Connection } from "../Connection.ts"

/**
 * One write: synchronous, inside a transaction that it shares with others. A failure undoes its own changes, and
 * nothing else. `touch` names topics of `Signals` to wake after the commit.
 */
export type Job<in I, out A, out E> = (
  connection: Connection,
  input: I,
  touch: (topic: string) => void
) => Result.Result<A, E>

/**
 * **Gotchas**: input, result and failure cross threads as JSON. Each is made of texts, numbers, booleans, arrays and
 * objects: no bytes, no classes. What is undefined may be absent on the other side.
 */
export interface Write<in I, out A, out E> {
  readonly name: string
  readonly run: Job<I, A, E>
}

/** A write of any kind. */
export type AnyWrite = Write<never, unknown, unknown>

export const define = <I, A, E = never>(name: string, run: Job<I, A, E>): Write<I, A, E> => ({ name, run })
