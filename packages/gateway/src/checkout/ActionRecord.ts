/** A call about an order, the order that it means, and its record. Pure. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { PaymentToken, RecordedToken } from "@flash-sale/domain/records/token/PaymentToken"
import type { Cipher } from "@flash-sale/domain/records/token/TokenCipher"
import type { RequestContext } from "../request/RequestContext.ts"
import type { Asked } from "./ActionVerdict.ts"

/** A call: what it asks for, and the token that a confirmation is charged by. */
export type Call = Asked & { readonly paymentToken?: PaymentToken | undefined }

/** The order that a call means. */
export interface Meant {
  readonly requestId: RequestId
  readonly itemId: ItemId
  /** Whose order it is; undefined where nobody can say so. */
  readonly userId: UserId | undefined
  /** Undefined where nobody has looked: the present attempt is meant. */
  readonly attempt: number | undefined
}

/** What the caller says of the order: by both it is found without a look. */
export interface Named {
  readonly item_id?: ItemId
  readonly user_id?: UserId
}

/** Whether the order is another one than the caller says. */
export const isOther = (
  { item_id, user_id }: Named,
  { itemId }: Pick<StatusRecord, "itemId">,
  owner: UserId | undefined
): boolean => (item_id !== undefined && item_id !== itemId) || (user_id !== undefined && user_id !== owner)

/** The order as the caller names it, where that is enough; undefined where somebody has to look. */
export const meantBy = (
  { action }: Call,
  requestId: RequestId,
  { item_id: itemId, user_id: userId }: Named,
  caller: Caller
): Meant | undefined =>
  action === "cancel" || caller._tag === "Buyer" || itemId === undefined || userId === undefined
    ? undefined
    : { requestId, itemId, userId, attempt: undefined }

/** Undefined where there is a token, and the keys to encrypt it are missing (decision 0037). */
const recorded = (
  { paymentToken }: Call,
  { itemId, requestId }: Meant,
  cipher: Cipher | undefined
): { readonly paymentToken?: RecordedToken } | undefined => {
  if (paymentToken === undefined) return {}
  if (cipher === undefined) return { paymentToken }
  const encrypted = cipher.encrypt(paymentToken, { itemId, requestId })
  return encrypted === undefined ? undefined : { paymentToken: encrypted }
}

/** `at` is now, in milliseconds since 1970 (UTC). Undefined where the call has a token that cannot be encrypted. */
export const encode = (
  call: Call,
  meant: Meant,
  { correlationId, traceparent }: RequestContext,
  at: number,
  cipher: Cipher | undefined
): LogRecord.NewRecord | undefined => {
  const { attempt, itemId, requestId, userId } = meant
  const trace = traceparent === undefined ? { correlationId } : { correlationId, traceparent }
  if (call.action === "cancel") {
    return LogRecord.concerning(
      LogRecord.encode(itemId, Command.Cancel({ requestId, attempt: attempt ?? 1 })),
      requestId,
      trace
    )
  }
  const payment = call.action === "paid" ? { reference: call.reference } : recorded(call, meant, cipher)
  if (payment === undefined) return undefined
  return LogRecord.encode(
    itemId,
    Command.Confirm({
      requestId,
      at: Math.floor(at),
      ...(attempt === undefined ? {} : { attempt }),
      ...(userId === undefined ? {} : { userId }),
      ...payment,
      ...trace
    })
  )
}
