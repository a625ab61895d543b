/**
 * What an event says of an order: as far as the ledger and the record in hand know it. What the body of a record claims
 * of an order that is in the ledger is never taken. Pure.
 */
import type { Command } from "../records/Command.ts"
import type { ItemId, RequestId } from "../records/Ids.ts"
import type { LogRecord } from "../records/LogRecord.ts"
import * as Moment from "../records/Moment.ts"
import * as OrderMetadata from "../records/OrderMetadata.ts"
import type { OrderTrace } from "../records/OrderTrace.ts"
import * as RecordHeaders from "../records/wire/RecordHeaders.ts"
import type { OrderOutcome } from "../rules/Outcome.ts"
import type { OrderData } from "./OrderEvent.ts"

/** A record that is told, with what it says. */
export interface ToldRecord {
  readonly record: Pick<LogRecord, "partition" | "offset" | "timestamp" | "headers">
  readonly command: Command
}

/** What is known of an order from the record that placed it, where that is at hand. */
export interface PlacedOrder {
  readonly trace: OrderTrace
  /** When the gateway accepted it, in milliseconds since 1970 (UTC). */
  readonly acceptedAt: number | undefined
  readonly metadata?: OrderMetadata.MetadataJson | undefined
}

/** Looks up the order that was placed at this offset, where it is at hand. */
export type FindPlaced = (requestId: RequestId, placedAtOffset: number) => PlacedOrder | undefined

/** An order that a record is about, and all that is at hand to tell of it. */
export interface Known {
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly order: OrderOutcome
  readonly told: ToldRecord
  readonly findPlaced: FindPlaced
}

/** Both are of the record, so that they are the same whenever it is told. */
export const timesOf = ({ offset, timestamp }: ToldRecord["record"]) => ({ time: timestamp, sequence: offset })

/** Who has appended the record by hand, and why. */
export const changeOf = ({ headers }: ToldRecord["record"]): Pick<OrderData, "change"> => {
  const operator = RecordHeaders.operatorOf(headers)
  if (operator === undefined) return {}
  const { by, reason } = operator
  return { change: reason === undefined ? { by } : { by, reason } }
}

export const traceIn = ({ correlationId, traceparent }: OrderTrace): Pick<OrderData, "correlationId" | "traceparent"> =>
  traceparent === undefined ? { correlationId } : { correlationId, traceparent }

/** What the record in hand says of the order that it places. */
const placedHere = ({ command, record }: ToldRecord, placedAtOffset: number) =>
  (command._tag === "Place" || command._tag === "Hold") && record.offset === placedAtOffset ? command : undefined

/** The order without the step: who wants what at which price, and by what it is found. */
export const dataOf = ({ findPlaced, itemId, order, requestId, told }: Known): OrderData => {
  const { amount, attempt, currency, open, placedAtOffset, price, userId } = order
  const here = placedHere(told, placedAtOffset)
  const found = here === undefined ? findPlaced(requestId, placedAtOffset) : undefined
  const acceptedAt = here?.acceptedAt ?? found?.acceptedAt
  const trace = here ?? open ?? found?.trace
  const metadata = here?.metadata ?? open?.metadata ?? found?.metadata
  const whose = userId ?? here?.order.userId
  const units = amount ?? here?.order.amount
  return {
    requestId,
    itemId,
    ...(whose === undefined ? {} : { userId: whose }),
    ...(units === undefined ? {} : { amount: units }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    attempt,
    ...(acceptedAt === undefined ? {} : { acceptedAt: Moment.isoOf(acceptedAt) }),
    ...(trace === undefined ? {} : traceIn(trace)),
    ...(metadata === undefined ? {} : { metadata: OrderMetadata.parse(metadata) })
  }
}
