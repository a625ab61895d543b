/** Group commit: many writes in one transaction share one wait for the disk, and fail one by one. Decision 0004. */
import { Effect, Exit, Schema } from "effect"
import { type Connection, rollBack } from "./Connection.ts"
import { operatingError } from "./ResultCode.ts"

/** The file could not be read or written: nothing was changed. `overloaded`: too many writes wait already. */
export class SqliteUnavailable extends Schema.TaggedError<SqliteUnavailable>()("SqliteUnavailable", {
  detail: Schema.String,
  overloaded: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(false)))
}) {}

/** The commit itself failed: it is not known whether the change will be there when the file is opened again. */
export class SqliteUnknown extends Schema.TaggedError<SqliteUnknown>()("SqliteUnknown", {
  detail: Schema.String
}) {}

/** Reads, with an error of the file as a typed one. */
export const attempt = <A>(f: () => A): Effect.Effect<A, SqliteUnavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(f())
    } catch (error) {
      const detail = operatingError(error)
      return detail === undefined ? Effect.die(error) : Effect.fail(new SqliteUnavailable({ detail }))
    }
  })

export type WriteError = SqliteUnavailable | SqliteUnknown

/** One write of a group. */
export interface Step {
  /**
   * Whether it must be on the disk before it is answered. A write that need not be still survives a kill -9; a power
   * cut may lose it, with all later writes and no earlier one, and the next durable commit brings it to the disk.
   */
  readonly durable: boolean
  /** Changes the tables and says whether to keep the changes. What it throws undoes them as well. */
  readonly run: (connection: Connection) => boolean
  /** What is to be done once its changes are committed, by who commits. */
  readonly committed?: () => void
}

type Answer = Exit.Exit<void, WriteError>

const done: Answer = Exit.void

/** Runs the steps, in order, in one transaction; each is undone alone. As many answers as steps, in the same order. */
export const commit = (connection: Connection, steps: ReadonlyArray<Step>): ReadonlyArray<Answer> => {
  try {
    // One that the commit before could not end would be in the way of every later one.
    rollBack(connection)
    connection.setDurable(steps.some(({ durable }) => durable))
    connection.run("BEGIN IMMEDIATE")
    return commitBegun(connection, steps)
  } catch (error) {
    endAfter(connection)
    return steps.map(() => failed(error))
  }
}

/** Throws only before the commit, where a step cannot be undone: nothing of the transaction is kept then. */
const commitBegun = (connection: Connection, steps: ReadonlyArray<Step>): ReadonlyArray<Answer> => {
  const answers: Array<Answer> = []
  for (const step of steps) {
    const answer = runAlone(connection, step)
    // A full disk rolls everything back, not only the step that failed.
    if (!connection.isInTransaction()) return steps.map(() => answer)
    answers.push(answer)
  }
  try {
    connection.run("COMMIT")
    return answers
  } catch (error) {
    const detail = operatingError(error)
    const answer: Answer = detail === undefined ? Exit.die(error) : Exit.fail(new SqliteUnknown({ detail }))
    endAfter(connection)
    return answers.map((before) => Exit.isSuccess(before) ? answer : before)
  }
}

/** So that nobody waits for its lock. */
const endAfter = (connection: Connection): void => {
  try {
    rollBack(connection)
  } catch {
    // The next commit tries again, and fails where it cannot.
  }
}

const runAlone = (connection: Connection, { run }: Step): Answer => {
  try {
    connection.run("SAVEPOINT step")
    const keep = run(connection)
    if (!keep) connection.run("ROLLBACK TO step")
    connection.run("RELEASE step")
    return done
  } catch (error) {
    undo(connection)
    return failed(error)
  }
}

const undo = (connection: Connection): void => {
  if (!connection.isInTransaction()) return
  connection.run("ROLLBACK TO step")
  connection.run("RELEASE step")
}

const failed = (error: unknown): Answer => {
  const detail = operatingError(error)
  return detail === undefined ? Exit.die(error) : Exit.fail(new SqliteUnavailable({ detail }))
}
