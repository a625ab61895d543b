/** What one outcome of a fold asks for. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus, StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { OpenOrder } from "./OpenOrder.ts"

/** An order that has become final, for counters and log lines. */
export interface FinishedOrder {
  readonly requestId: RequestId | undefined
  readonly correlationId: CorrelationId
  readonly traceparent: string | undefined
  readonly status: OrderStatus
  readonly reason: string | undefined
  /** When its record was taken, as `Monotonic.now` gives it. */
  readonly takenAt: number
  /** When the gateway accepted it, in milliseconds since 1970 (UTC); undefined where that is not known. */
  readonly acceptedAt: number | undefined
  /** The offset of the record that placed it: what was published before is not counted again. */
  readonly placedAtOffset: number
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

/** All that one outcome asks for. What is absent is not needed. */
export interface Action {
  readonly status?: StatusRecord
  /** An order that is held now, and is to be paid. Its status is deferred, and made when it is written. */
  readonly held?: OpenOrder
  /** When the order that the status is of was placed, in milliseconds since 1970; there with every status. */
  readonly placedAt?: number
  /** The offset of the record that placed that order; there with every status. */
  readonly placedAtOffset?: number
  readonly letter?: DeadLetter
  readonly finished?: FinishedOrder
  readonly reused?: ReusedRequestId
  /** An order that was held, and is given up or cancelled now. */
  readonly voidCharge?: OpenOrder
  /** An order that was open, and is final now: a charge that still waits for it is not needed. */
  readonly closed?: OpenOrder
  /** The offset that is final once status and letter are written. */
  readonly done?: number
  /** The offset whose answer the store keeps until it is published. */
  readonly published?: number
}
