/** The body of `POST /buy`, read by the contract of its endpoint. Pure. */
import { Order } from "@flash-sale/domain/records/Order"
import { Result, Schema, type SchemaIssue } from "effect"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import { isUtf8 } from "node:buffer"

const OrderText = Schema.fromJsonString(Order)
// Compiled when it is first used: a third less work for each body.
SchemaJITCompiler.enable(OrderText.ast)

/** As the endpoint is annotated: every wrong field is named. */
const decode = Schema.decodeUnknownResult(OrderText, { errors: "all" })

/** No JSON, so whatever is no text is answered like any other body that is none. */
const NO_TEXT = ""

/** The order that a body is, or what is wrong with it. */
export const read = (bytes: Uint8Array): Result.Result<Order, SchemaIssue.Issue> => {
  const text = isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : NO_TEXT
  return Result.mapError(decode(text), ({ issue }) => issue)
}
