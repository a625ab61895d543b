/** Statements that are given rows, as PostgreSQL takes them: all rows at once. */
import type { Insertion, Kind, Statement } from "../sql/Session.ts"

const TYPES: Readonly<Record<Kind, string>> = { text: "text", integer: "bigint" }

const sqlOf = (statement: Statement | Insertion): string => {
  if (!("into" in statement)) return statement.sql
  const listed = Object.keys(statement.columns).join(", ")
  return `INSERT INTO ${statement.into}(${listed}) SELECT ${listed} FROM input ${statement.rest}`
}

/** The text of a statement; its rows are its one parameter, as JSON. */
export const textOf = (statement: Statement | Insertion): string => {
  const { columns } = statement
  const given = Object.entries(columns).map(([name, kind]) => `${name} ${TYPES[kind]}`).join(", ")
  return `WITH input AS (SELECT * FROM json_to_recordset($1::json) AS given(${given})) ${sqlOf(statement)}`
}
