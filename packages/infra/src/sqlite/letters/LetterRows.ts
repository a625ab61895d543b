/** Letters and handlings as rows of the embedded file. */
import { DeadLetter, Handling } from "@flash-sale/domain/ports/DeadLetters"
import { Schema } from "effect"
import { bytes, integer, optionalInteger, optionalText, type Row, text } from "../database/Connection.ts"

const decodeHandling = Schema.decodeUnknownSync(Handling)
const decodeLetter = Schema.decodeUnknownSync(DeadLetter)

export const toHandling = (row: Row): Handling => decodeHandling(row)

export const toLetter = (row: Row): DeadLetter => {
  const key = optionalText(row, "key")
  const requestId = optionalText(row, "request")
  const price = optionalInteger(row, "price")
  const currency = optionalText(row, "currency")
  const userId = optionalText(row, "user")
  const amount = optionalInteger(row, "amount")
  const metadata = optionalText(row, "metadata")
  return decodeLetter({
    partition: integer(row, "partition"),
    offset: integer(row, "offset"),
    value: bytes(row, "value"),
    error: text(row, "error"),
    correlationId: text(row, "correlation_id"),
    attempt: integer(row, "attempt"),
    timestamp: text(row, "timestamp"),
    ...(key === undefined ? {} : { key }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    ...(userId === undefined ? {} : { userId }),
    ...(amount === undefined ? {} : { amount }),
    ...(metadata === undefined ? {} : { metadata })
  })
}
