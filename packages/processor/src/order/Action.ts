/** What one outcome of a fold asks for. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { OrderStatus, StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { ChargeRef, OpenOrder } from "./OpenOrder.ts"

/** An order that has become final, for counters and log lines. */
export interface FinishedOrder {
  readonly requestId: RequestId | undefined
  readonly correlationId: CorrelationId
  readonly traceparent: string | undefined
  readonly status: OrderStatus
  readonly reason: string | undefined
  /** It began as a hold: a cancelled one is no failure. */
  readonly isHold: boolean
  /** When its record was taken, as `Monotonic.now` gives it; undefined where the time since then was a buyer's. */
  readonly takenAt: number | undefined
  /** When the gateway accepted it, in milliseconds since 1970 (UTC); undefined where that is not known. */
  readonly acceptedAt: number | undefined
  /** The offset of the record by which it is counted: what was published before is not counted again. */
  readonly recordOffset: number
}

/** A record under the request id of another order, which stays as it is: for a counter and a log line. */
export interface ReusedRequestId {
  readonly requestId: RequestId
  readonly correlationId: CorrelationId
  readonly traceparent: string | undefined
  /** The owner's. */
  readonly status: OrderStatus
  /** Of the record. */
  readonly offset: number
}

/** A hold that was taken or confirmed, or a refund that is done: for counters and log lines. */
export interface CheckoutStep {
  readonly step: "held" | "confirmed" | "refunded"
  readonly requestId: RequestId
  readonly correlationId: CorrelationId
  readonly traceparent: string | undefined
  /** When its record was taken, as `Monotonic.now` gives it. */
  readonly takenAt: number
  /** Of the record. */
  readonly offset: number
}

/** A hold that nobody has confirmed. */
export interface OpenHold {
  readonly requestId: RequestId
  readonly correlationId: CorrelationId
  /** When it expires, in milliseconds since 1970 (UTC). */
  readonly dueAt: number
}

/** A status that only the one which is there can complete. */
export interface Amendment {
  readonly requestId: RequestId
  /** What to write, by the status that is there; undefined where there is none, or nothing is to be written. */
  readonly amend: (found: StatusRecord | undefined) => StatusRecord | undefined
}

/** All that one outcome asks for. What is absent is not needed. */
export interface Action {
  readonly status?: StatusRecord
  /** Is read and written after the statuses of all that is published with it. */
  readonly amendment?: Amendment
  /** An order that is held now, and is to be paid. Without a status its own is deferred, and made when written. */
  readonly held?: OpenOrder
  /** The record that tells the status: whether that is news is judged by it. There with every status. */
  readonly toldBy?: Pick<LogRecord, "offset" | "timestamp">
  readonly letter?: DeadLetter
  /** The W3C trace context of the letter's record, where no order is finished with it. */
  readonly letterTrace?: string | undefined
  readonly finished?: FinishedOrder
  readonly reused?: ReusedRequestId
  readonly step?: CheckoutStep
  /** An order that was held, and is given up or cancelled now. */
  readonly voidCharge?: OpenOrder
  /** An order that was open, and is final now: a charge that still waits for it is not needed. */
  readonly closed?: OpenOrder
  /** A hold that is open, and one that is so no more. */
  readonly opened?: OpenHold
  readonly ended?: RequestId
  /** A refund that waits for the provider, and one that does so no more. */
  readonly refunding?: ChargeRef
  readonly refunded?: RequestId
  /** It is read again once the recovery is over: the record that has ended its order may not be told yet. */
  readonly postponed?: true
  /** The offset that is final once status and letter are written. */
  readonly done?: number
  /** The offset whose answer the store keeps until it is published. */
  readonly published?: number
}
