/** What is written of letters: that there is one, and how it was handled. */
import type { DeadLetter, Handling } from "@flash-sale/domain/ports/DeadLetters"
import { Result } from "effect"
import * as Write from "../database/writer/Write.ts"

/** Putting a letter again keeps the first one; a handling that came before its letter counts. */
const PUT = `
INSERT OR IGNORE INTO letters(
  partition, offset, handled, timestamp, key, value, error, request, correlation_id, attempt, price, currency,
  user, amount, metadata
) VALUES (
  ?1, ?2, EXISTS (SELECT 1 FROM handlings WHERE partition = ?1 AND offset = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
  ?12, ?13, ?14
)`

const MARK = `
INSERT OR IGNORE INTO handlings(partition, offset, action, by, why, timestamp) VALUES (?, ?, ?, ?, ?, ?)`

/** The place of what was just put among all that was put: where the statement before has put it. */
const NUMBER = "INSERT INTO letter_log(partition, offset, handled) SELECT ?, ?, ? WHERE changes() > 0"

/** A letter as it crosses threads: its record's value is any bytes. */
export interface NewLetter extends Omit<DeadLetter, "value"> {
  readonly base64: string
}

export const toPut = ({ value, ...letter }: DeadLetter): NewLetter => ({
  ...letter,
  base64: Buffer.from(value).toString("base64")
})

export const put = Write.define("letters.put", (connection, letter: NewLetter): Result.Result<void> => {
  connection.run(
    PUT,
    letter.partition,
    letter.offset,
    letter.timestamp,
    letter.key ?? null,
    Buffer.from(letter.base64, "base64"),
    letter.error,
    letter.requestId ?? null,
    letter.correlationId,
    letter.attempt,
    letter.price ?? null,
    letter.currency ?? null,
    letter.userId ?? null,
    letter.amount ?? null,
    letter.metadata ?? null
  )
  connection.run(NUMBER, letter.partition, letter.offset, 0)
  return Result.void
})

export const handle = Write.define(
  "letters.handle",
  (connection, { action, by, offset, partition, timestamp, why }: Handling): Result.Result<void> => {
    connection.run(MARK, partition, offset, action, by, why, timestamp)
    connection.run(NUMBER, partition, offset, 1)
    connection.run("UPDATE letters SET handled = 1 WHERE partition = ? AND offset = ?", partition, offset)
    return Result.void
  }
)

/** All of them. */
export const writes: ReadonlyArray<Write.AnyWrite> = [put, handle]
