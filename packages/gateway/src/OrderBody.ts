/** The body of `POST /buy`, read by the contract of its endpoint. Pure. */
import { Order } from "@flash-sale/domain/Order"
import { Result, Schema, type SchemaIssue } from "effect"
import { isUtf8 } from "node:buffer"

/** As the endpoint is annotated: every wrong field is named. */
const decode = Schema.decodeUnknownResult(Order, { errors: "all" })

const parse = (bytes: Uint8Array): unknown => {
  if (!isUtf8(bytes)) return undefined
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch {
    // Whatever is no JSON is no object either, and so no order.
    return undefined
  }
}

/** What is wrong with a body, or the order that it is. */
export const read = (bytes: Uint8Array): Result.Result<Order, SchemaIssue.Issue> =>
  Result.mapError(decode(parse(bytes)), ({ issue }) => issue)
