/** The body of `POST /buy`, read by the contract of its endpoint. Pure. */
import { Order } from "@flash-sale/domain/records/Order"
import { Result, Schema, type SchemaIssue } from "effect"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import { isUtf8 } from "node:buffer"
import * as RepeatedFields from "../request/RepeatedFields.ts"

const OrderText = Schema.fromJsonString(Order)
// Compiled at its first use, which saves a third of the work for each body.
SchemaJITCompiler.enable(OrderText.ast)

/** Names every wrong field, as the endpoint's annotation does. */
const decode = Schema.decodeUnknownResult(OrderText, { errors: "all" })

/** What bytes that are not UTF-8 are read as: no JSON either, so they get the same 400 as other invalid bodies. */
const NOT_UTF8 = ""

/** A body that is an order, but for a field that it has twice. */
export interface RepeatedField {
  readonly _tag: "RepeatedField"
  readonly field: string
}

/** Reads a body as an order, or says what is wrong with it. */
export const read = (bytes: Uint8Array): Result.Result<Order, SchemaIssue.Issue | RepeatedField> => {
  const text = isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : NOT_UTF8
  const decoded = decode(text)
  if (Result.isFailure(decoded)) return Result.fail(decoded.failure.issue)
  const order = decoded.success
  const field = RepeatedFields.find(text, order)
  return field === undefined ? Result.succeed(order) : Result.fail({ _tag: "RepeatedField", field })
}
