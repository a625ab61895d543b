/** What is written of claims and statuses: each write takes some rows, and also deletes some expired ones. */
import type { Admission, AdmissionRequest, Claim, Retention } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimit } from "@flash-sale/domain/ports/RateLimits"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Result } from "effect"
import * as Write from "../database/writer/Write.ts"
import * as StatusAnswers from "./StatusAnswers.ts"
import type { StatusMoment } from "./StatusClock.ts"
import * as StatusRow from "./StatusRow.ts"
import * as StatusRows from "./StatusRows.ts"

/** When it is written: as `StatusClock` says it, and as a status shows it. */
export interface At {
  readonly at: StatusMoment
  readonly updatedAt: string
}

/** A request to be claimed, and what was found out before. */
export interface Claiming {
  readonly request: AdmissionRequest
  /** What its row said when it was counted; absent where there was none. */
  readonly known?: StatusRow.StatusRow
  readonly limit: RateLimit
}

export interface ClaimInput extends At {
  readonly requests: ReadonlyArray<Claiming>
  readonly owner: string
  readonly leaseMillis: number
}

const toKnown = (stored: StatusRow.StatusRow, request: AdmissionRequest): Admission =>
  StatusAnswers.toKnown(stored, request)

export const claim = Write.define(
  "statuses.claim",
  (connection, { at, leaseMillis, owner, requests, updatedAt }: ClaimInput) => {
    StatusRows.sweep(connection, at)
    return Result.succeed(requests.map(({ known, limit, request }): Admission => {
      // A claim that was released since it was read is answered as it was read: a retry is admitted.
      const stored = StatusRow.find(connection, request.requestId, at) ?? known
      if (stored !== undefined) return toKnown(stored, request)
      if (!limit.allowed) return { _tag: "Limited", remaining: 0, retryAfterMillis: limit.retryAfterMillis }
      StatusRows.claim(connection, request, owner, at.millis + leaseMillis, updatedAt)
      return { _tag: "Claimed", remaining: limit.remaining }
    }))
  }
)

export const confirm = Write.define(
  "statuses.confirm",
  (connection, { at, claims, updatedAt }: At & { readonly claims: ReadonlyArray<Claim> }): Result.Result<void> => {
    for (const claim of claims) StatusRows.confirm(connection, claim, at, updatedAt)
    StatusRows.sweep(connection, at)
    return Result.void
  }
)

export const release = Write.define(
  "statuses.release",
  (connection, { at, claims }: At & { readonly claims: ReadonlyArray<Claim> }): Result.Result<void> => {
    for (const claim of claims) StatusRows.release(connection, claim)
    StatusRows.sweep(connection, at)
    return Result.void
  }
)

export interface PutInput extends At {
  readonly records: ReadonlyArray<StatusRecord>
  readonly kept: Retention
}

export const put = Write.define(
  "statuses.put",
  (connection, { at, kept, records }: PutInput): Result.Result<void> => {
    for (const record of records) StatusRows.write(connection, record, at, kept)
    StatusRows.sweep(connection, at)
    return Result.void
  }
)

/** All of them. */
export const writes: ReadonlyArray<Write.AnyWrite> = [claim, confirm, release, put]
