/** Guards a file that is damaged, or is not the engine's any more: what was found once holds for all statements. */
import type { Connection } from "./Connection.ts"
import { isDamage } from "./ResultCode.ts"

/**
 * A connection that refuses everything once a statement has found the file damaged: what SQLite still reads may be
 * wrong, and what it writes may land anywhere. A transaction that is under way may end. It stays so until the process
 * starts again. `lost` says why it is to be refused from now on; it is asked before each statement.
 */
export const guard = (connection: Connection, lost: () => unknown = () => undefined): Connection => {
  let damaged: unknown
  const watched = <A>(statement: () => A): A => {
    damaged ??= lost()
    if (damaged !== undefined && !connection.isInTransaction()) throw damaged
    try {
      return statement()
    } catch (error) {
      if (isDamage(error)) damaged ??= error
      throw error
    }
  }
  return {
    ...connection,
    get: (sql, ...parameters) => watched(() => connection.get(sql, ...parameters)),
    all: (sql, ...parameters) => watched(() => connection.all(sql, ...parameters)),
    run: (sql, ...parameters) => watched(() => connection.run(sql, ...parameters)),
    script: (sql) => watched(() => connection.script(sql)),
    checkpoint: () => watched(connection.checkpoint)
  }
}
