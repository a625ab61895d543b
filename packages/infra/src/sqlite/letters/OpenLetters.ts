/** A page of the open letters, by the index that has them in their order. */
import type { LetterAge, LetterQuery } from "@flash-sale/domain/ports/DeadLetters"
import { DateTime } from "effect"
import type { Connection, Row } from "../database/Connection.ts"

type Condition = readonly [sql: string, ...values: ReadonlyArray<string | number>]

/** The log of the file is never moved: a letter of another topic is younger than all of the same moment. */
const behind = ({ offset, partition, timestamp, topic }: LetterAge): Condition =>
  topic === undefined
    ? ["(timestamp, partition, offset) > (?, ?, ?)", timestamp, partition, offset]
    : ["timestamp > ?", timestamp]

/** The rows of open letters that are meant, oldest first. */
export const list = (
  connection: Connection,
  limit: number,
  { after, item, putBy, reason }: LetterQuery = {}
): ReadonlyArray<Row> => {
  const conditions: ReadonlyArray<Condition> = [
    ["handled = 0"],
    ...(reason === undefined ? [] : [["error = ?", reason] as const]),
    ...(item === undefined ? [] : [["key = ?", item] as const]),
    // Times are written as ISO 8601 with milliseconds, so that texts have their order.
    ...(putBy === undefined ? [] : [["timestamp <= ?", DateTime.formatIso(DateTime.makeUnsafe(putBy))] as const]),
    ...(after === undefined ? [] : [behind(after)])
  ]
  return connection.all(
    `SELECT * FROM letters WHERE ${conditions.map(([sql]) => sql).join(" AND ")}
      ORDER BY timestamp, partition, offset LIMIT ?`,
    ...conditions.flatMap(([, ...values]) => values),
    limit
  )
}
