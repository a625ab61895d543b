/** The bodies of `POST /buy` and `POST /holds`, read by the contract of its endpoint. Pure. */
import * as Hold from "@flash-sale/domain/records/checkout/Hold"
import * as Order from "@flash-sale/domain/records/Order"
import * as Json from "@flash-sale/domain/records/wire/Json"
import { Result, Schema, type SchemaIssue } from "effect"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import { isUtf8 } from "node:buffer"
import * as RepeatedFields from "../request/RepeatedFields.ts"
import type { NewOrder, OrderKind } from "./OrderInFlight.ts"

/** Names every wrong field, as the endpoint's annotation does. */
const decoder = <S extends Schema.Codec<NewOrder, unknown>>(schema: S) => {
  const text = Schema.fromJsonString(schema)
  // Compiled at its first use, which saves a third of the work for each body.
  SchemaJITCompiler.enable(text.ast)
  return Schema.decodeUnknownResult(text, { errors: "all" })
}
type Decode = (text: string) => Result.Result<NewOrder, Schema.SchemaError>
/** Says what is wrong with a body. */
const decoders: Readonly<Record<OrderKind, Decode>> = { buy: decoder(Order.Order), hold: decoder(Hold.Hold) }

/** Reads a body that nothing is wrong with, at a fifth of the cost. */
const readers: Readonly<Record<OrderKind, (body: unknown) => NewOrder | undefined>> = {
  buy: Order.readNew,
  hold: Hold.readNew
}

/** What bytes that are not UTF-8 are read as: no JSON either, so they get the same 400 as other invalid bodies. */
const NOT_UTF8 = ""

/** A body that is an order, but for a field that it has twice. */
export interface RepeatedField {
  readonly _tag: "RepeatedField"
  readonly field: string
}

/** How many fields were read of an order: four that it has, those that it may have, and each name of its metadata. */
export const fieldsOf = ({ holdSeconds, metadata, paymentToken }: NewOrder): number => {
  const fields = paymentToken === undefined && holdSeconds === undefined ? 4 : 5
  return metadata === undefined ? fields : fields + 1 + Object.keys(metadata).length
}

const withoutRepeats = (text: string, order: NewOrder): Result.Result<NewOrder, RepeatedField> => {
  const field = RepeatedFields.find(text, fieldsOf(order))
  return field === undefined ? Result.succeed(order) : Result.fail({ _tag: "RepeatedField", field })
}

/** Reads a body as an order, or says what is wrong with it. */
export const read = (
  kind: OrderKind,
  bytes: Uint8Array
): Result.Result<NewOrder, SchemaIssue.Issue | RepeatedField> => {
  const text = isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : NOT_UTF8
  const read = readers[kind](Json.parse(text))
  if (read !== undefined) return withoutRepeats(text, read)
  const decoded = decoders[kind](text)
  return Result.isFailure(decoded) ? Result.fail(decoded.failure.issue) : withoutRepeats(text, decoded.success)
}
