/** Statements on the archive's file. Many rows are taken some at a time, and others have their turn in between. */
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import * as ResultCode from "../../sqlite/database/ResultCode.ts"
import type { Insertion, Session, Statement } from "../sql/Session.ts"
import type { Call } from "./FileCall.ts"
import { type Caller, ThreadEnded, type Thrown } from "./FileCaller.ts"

const REMEDY = "the archive is made anew from the log where the file is deleted while no engine runs"

/**
 * **Details**: an inserted row is given as values. From a selection there may be many, and SQLite would keep each
 * page as it was before in a file, to undo the statement alone: half of what a row costs.
 */
const textOf = (statement: Statement | Insertion): string => {
  const names = Object.keys(statement.columns)
  if ("into" in statement) {
    const values = names.map((_, index) => `?${index + 1}`).join(", ")
    return `INSERT INTO ${statement.into}(${names.join(", ")}) VALUES (${values}) ${statement.rest}`
  }
  const given = names.map((name, index) => `?${index + 1} AS ${name}`).join(", ")
  return `WITH input AS (SELECT ${given}) ${statement.sql}`
}

/** What is wrong with the archive, in words; undefined where it is the program. */
export const wordsOf = (error: unknown): string | undefined => {
  if (error instanceof ThreadEnded) return error.message
  const words = ResultCode.fileError(error)
  return words !== undefined && ResultCode.isDamage(error) ? `${words}; ${REMEDY}` : words
}

/** What is wrong with the file is an archive that does not answer; anything else is a fault of the program. */
export const failed = ({ error }: Thrown): Effect.Effect<never, ArchiveUnavailable> => {
  const detail = wordsOf(error)
  return detail === undefined ? Effect.die(error) : Effect.fail(new ArchiveUnavailable({ detail }))
}

export const sessionOf = (caller: Caller): Session => {
  const make = (call: Call) => Effect.catch(caller.make(call), failed)
  return {
    all: (sql, ...parameters) => make({ type: "run", sql: sql.replace(/\$(?=\d)/g, "?"), parameters: [parameters] }),
    each: (statement, rows) => {
      const sql = textOf(statement)
      const names = Object.keys(statement.columns)
      const chunks = Array.from(
        { length: Math.ceil(rows.length / caller.maxLists) },
        (_, index) => rows.slice(index * caller.maxLists, (index + 1) * caller.maxLists)
      )
      const run = (chunk: typeof rows) =>
        make({ type: "run", sql, parameters: chunk.map((row) => names.map((name) => row[name] ?? null)) })
      return Effect.map(
        Effect.forEach(chunks, (chunk, n) => n === 0 ? run(chunk) : Effect.andThen(Effect.yieldNow, run(chunk))),
        (found) => found.flat()
      )
    }
  }
}
