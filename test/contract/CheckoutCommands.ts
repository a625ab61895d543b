/** Making commands of holds and refunds, with defaults for all that a test does not care about. */
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command, type LoggedCommand } from "@flash-sale/domain/records/Command"
import { CorrelationId, type ItemId, UserId } from "@flash-sale/domain/records/Ids"
import type { MetadataJson } from "@flash-sale/domain/records/OrderMetadata"
import { requestId } from "./Commands.ts"

const trace = { correlationId: CorrelationId.make("contract") }

export const hold = (
  offset: number,
  itemId: ItemId,
  request: string,
  rest?: {
    readonly user?: string
    readonly amount?: number
    readonly acceptedAt?: number
    readonly holdSeconds?: number
    readonly traceparent?: string
    readonly metadata?: MetadataJson
  }
): LoggedCommand => ({
  offset,
  command: {
    _tag: "Hold",
    order: {
      requestId: requestId(request),
      userId: UserId.make(rest?.user ?? "u-1"),
      itemId,
      amount: rest?.amount ?? 1,
      ...(rest?.holdSeconds === undefined ? {} : { holdSeconds: rest.holdSeconds })
    },
    acceptedAt: rest?.acceptedAt ?? 0,
    ...trace,
    ...(rest?.traceparent === undefined ? {} : { traceparent: rest.traceparent }),
    ...(rest?.metadata === undefined ? {} : { metadata: rest.metadata })
  }
})

/** A confirmation at the time 1, of the present attempt; with a reference it tells of a payment. */
export const confirm = (
  offset: number,
  request: string,
  rest?: { readonly at?: number; readonly reference?: string; readonly user?: string; readonly attempt?: number }
): LoggedCommand => ({
  offset,
  command: {
    _tag: "Confirm",
    requestId: requestId(request),
    at: rest?.at ?? 1,
    ...(rest?.reference === undefined ? {} : { reference: PaymentReference.make(rest.reference) }),
    ...(rest?.user === undefined ? {} : { userId: UserId.make(rest.user) }),
    ...(rest?.attempt === undefined ? {} : { attempt: rest.attempt }),
    ...trace
  }
})

export const expire = (offset: number, at: number, requests: ReadonlyArray<string>): LoggedCommand => ({
  offset,
  command: Command.Expire({
    at,
    orders: requests.map((request) => ({ requestId: requestId(request), attempt: 1, ...trace }))
  })
})

/** A refund whose units go on sale again, unless told otherwise. */
export const refund = (
  offset: number,
  request: string,
  rest?: { readonly restock?: boolean; readonly byHand?: string; readonly attempt?: number }
): LoggedCommand => ({
  offset,
  command: {
    _tag: "Refund",
    requestId: requestId(request),
    attempt: rest?.attempt ?? 1,
    restock: rest?.restock ?? true,
    ...(rest?.byHand === undefined ? {} : { byHand: PaymentReference.make(rest.byHand) }),
    ...trace
  }
})
