/**
 * Admission in one step: the request id is taken, the order's record is appended and its status PENDING is kept, all of
 * it or nothing. Only where one store holds both the log and the statuses, as the embedded file does: decision 59.
 */
import { Context, type Exit } from "effect"
import type { LogPosition, NewRecord } from "../records/LogRecord.ts"
import type { Completion } from "./Completion.ts"
import type { AppendRefused, AppendUnknown } from "./OrderLog.ts"
import type { Admission, AdmissionPolicy, AdmissionRequest } from "./OrderStatuses.ts"

/** An order with the record that is appended where it is admitted. */
export interface OrderToAdmit {
  readonly request: AdmissionRequest
  readonly record: NewRecord
  readonly policy: Pick<AdmissionPolicy, "maxRequests" | "windowMillis">
}

/**
 * - `Appended`: the record is durable at this position, and the status with it. `remaining` as of a claim.
 * - The others as of `OrderStatuses.admit`: nothing was appended. `Leased` is of a claim that was made in another way.
 */
export type AdmittedAtOnce =
  | { readonly _tag: "Appended"; readonly position: LogPosition; readonly remaining: number }
  | Exclude<Admission, { readonly _tag: "Claimed" }>

export interface AtomicAdmission {
  /**
   * The completion is called once, perhaps at once. Orders that come together share one commit, and are decided in the
   * order in which they came: the second of two under one request id is `Known`.
   */
  readonly offer: (
    order: OrderToAdmit,
    completion: Completion<Exit.Exit<AdmittedAtOnce, AppendRefused | AppendUnknown>>
  ) => void
}

/** Undefined where the stores cannot: then an order is claimed, appended and confirmed one after the other. */
export const AtomicAdmission = Context.Reference<AtomicAdmission | undefined>(
  "@flash-sale/domain/ports/AtomicAdmission",
  { defaultValue: () => undefined }
)
