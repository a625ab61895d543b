/**
 * The values of records as JSON: what `LogRecord` writes and reads beside key and headers.
 *
 * **Details**: orders and settlements are read field by field first, as a schema over JSON text costs ten times the
 * parsing (see `Json`). The schema reads only what the fast way rejects, and says what is wrong with it.
 */
import { Result, Schema } from "effect"
import * as Checkout from "../checkout/Checkout.ts"
import * as Hold from "../checkout/Hold.ts"
import * as Command from "../Command.ts"
import * as Order from "../Order.ts"
import * as Json from "./Json.ts"

const SettleBody = Schema.Struct({
  settlements: Schema.Array(Command.Settlement).check(
    Schema.isBetweenLength(1, Command.MAX_SETTLEMENTS)
  )
})

const json = <S extends Schema.Constraint>(schema: S) => Schema.fromJsonString(schema)

export const writeAdjust = Schema.encodeSync(json(Command.Adjustment))
export const writeOrderRef = Schema.encodeSync(json(Command.OrderRef))
export const writeSale = Schema.encodeSync(json(Command.SalePatch))
export const writeRules = Schema.encodeSync(json(Command.RulesVersion))
export const writeConfirm = Schema.encodeSync(json(Checkout.Confirmation))
export const writeExpire = Schema.encodeSync(json(Checkout.Expiry))
export const writeRefund = Schema.encodeSync(json(Checkout.Refund))
export const writeSettle = (settlements: ReadonlyArray<Command.Settlement>): string =>
  JSON.stringify({
    settlements: settlements.map(({ attempt, outcome, requestId }) => ({ request_id: requestId, attempt, outcome }))
  })

export const readAdjust = Schema.decodeUnknownResult(json(Command.Adjustment))
export const readOrderRef = Schema.decodeUnknownResult(json(Command.OrderRef))
export const readSale = Schema.decodeUnknownResult(json(Command.SalePatch))
export const readRules = Schema.decodeUnknownResult(json(Command.RulesVersion))
export const readConfirm = Schema.decodeUnknownResult(json(Checkout.Confirmation))
export const readExpire = Schema.decodeUnknownResult(json(Checkout.Expiry))
export const readRefund = Schema.decodeUnknownResult(json(Checkout.Refund))

/** Reads by `read` what it knows how to, and the rest by the schema. */
const quickly = <S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  read: (body: unknown) => S["Type"] | undefined
): (text: string) => Result.Result<S["Type"], Schema.SchemaError> => {
  const decode = Schema.decodeUnknownResult(json(schema))
  return (text) => {
    const value = read(Json.parse(text))
    return value === undefined ? decode(text) : Result.succeed(value)
  }
}

const settleOf = (body: unknown): typeof SettleBody.Type | undefined => {
  if (!Json.isObject(body) || !Array.isArray(body["settlements"])) return undefined
  const parts: ReadonlyArray<unknown> = body["settlements"]
  if (parts.length === 0 || parts.length > Command.MAX_SETTLEMENTS) return undefined
  const settlements: Array<Command.Settlement> = []
  for (const part of parts) {
    const settlement = Command.readSettlement(part)
    if (settlement === undefined) return undefined
    settlements.push(settlement)
  }
  return { settlements }
}

export const readHold = quickly(Hold.RecordedHold, Hold.read)
export const readOrder = quickly(Order.RecordedOrder, Order.read)
export const readSettle = quickly(SettleBody, settleOf)
