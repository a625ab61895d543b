/** Writes that were called, in one commit: the same in the thread that has the connection, whichever it is. */
import { Exit, type Result } from "effect"
import type { Connection } from "../Connection.ts"
import * as GroupCommit from "../GroupCommit.ts"
import type { AnyWrite } from "./Write.ts"

/** A write with its input, which is asked for when its turn has come. */
export interface Call {
  readonly write: AnyWrite
  readonly durable: boolean
  readonly input: () => unknown
}

/** What the write itself said, where it was committed or has failed by itself. */
export type Outcome = Exit.Exit<Result.Result<unknown, unknown>, GroupCommit.WriteError>

export interface Committed {
  /** As many as calls, in their order. */
  readonly outcomes: ReadonlyArray<Outcome>
  /** Topics of `Signals`. */
  readonly touched: Iterable<string>
}

/** Runs them in order, in one transaction; each is undone alone. */
export const commit = (connection: Connection, calls: ReadonlyArray<Call>): Committed => {
  const touched = new Set<string>()
  const touch = (topic: string): void => void touched.add(topic)
  const results: Array<Result.Result<unknown, unknown> | undefined> = []
  const answers = GroupCommit.commit(
    connection,
    calls.map(({ durable, input, write }, n) => ({
      durable,
      run: (opened) => {
        // The name says which input it takes: only `SqliteDatabase` makes calls, and there the types agree.
        const result = write.run(opened, input() as never, touch)
        results[n] = result
        return result._tag === "Success"
      }
    }))
  )
  return { outcomes: answers.map((answer, n) => Exit.map(answer, () => results[n]!)), touched }
}
