/** Guards a file that is damaged, or is not the engine's any more: what was found once holds for all statements. */
import type { Connection } from "./Connection.ts"
import { isDamage } from "./ResultCode.ts"

/** What is known of the file by all its connections in this thread. */
export interface Damage {
  /** An error of SQLite: one that says that the file is damaged holds from then on. */
  readonly note: (error: unknown) => void
  /** The error by which every statement is refused; undefined while the file may be used. */
  readonly refusal: () => unknown
}

/** `lost` says why the file is to be refused from now on; it is asked before each statement. */
export const make = (lost: () => unknown = () => undefined): Damage => {
  let found: unknown
  return {
    note: (error) => {
      if (isDamage(error)) found ??= error
    },
    refusal: () => {
      found ??= lost()
      return found
    }
  }
}

/**
 * A connection that refuses everything once a statement has found the file damaged: what SQLite still reads may be
 * wrong, and what it writes may land anywhere. A transaction that is under way may end. It stays so until the process
 * starts again.
 */
export const guard = (connection: Connection, damage: Damage = make()): Connection => {
  const watched = <A>(statement: () => A): A => {
    const refusal = damage.refusal()
    if (refusal !== undefined && !connection.isInTransaction()) throw refusal
    try {
      return statement()
    } catch (error) {
      damage.note(error)
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
