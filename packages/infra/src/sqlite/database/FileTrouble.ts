/** Remembers that the file is damaged, or that its disk fails: what one statement has met, others need not meet. */
import type { Connection } from "./Connection.ts"
import { operatingError, troubleOf } from "./ResultCode.ts"

export interface FileTrouble {
  /**
   * Refuses everything once a statement has found the file damaged: what SQLite still reads may be wrong, and what it
   * writes may land anywhere. A transaction that is under way is let come to its end.
   */
  readonly connection: Connection
  /** What is wrong; undefined where nothing is known to be. A disk that fails is well again with the next commit. */
  readonly now: () => string | undefined
}

export const watch = (connection: Connection): FileTrouble => {
  let damaged: unknown
  let failing: unknown
  const watched = <A>(statement: () => A): A => {
    if (damaged !== undefined && !connection.isInTransaction()) throw damaged
    try {
      return statement()
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === "damaged") damaged ??= error
      if (trouble === "failing") failing = error
      throw error
    }
  }
  return {
    connection: {
      ...connection,
      get: (sql, ...parameters) => watched(() => connection.get(sql, ...parameters)),
      all: (sql, ...parameters) => watched(() => connection.all(sql, ...parameters)),
      script: (sql) => watched(() => connection.script(sql)),
      checkpoint: () => watched(connection.checkpoint),
      run: (sql, ...parameters) => {
        const changed = watched(() => connection.run(sql, ...parameters))
        if (sql === "COMMIT") failing = undefined
        return changed
      }
    },
    now: () => operatingError(damaged ?? failing)
  }
}
