/** Writes what is known of each request, as rows: claims with their owner, and statuses. */
import {
  type AdmissionRequest,
  type Claim,
  keptMillis,
  type Retention,
  UNDER_WAY_KEPT_MILLIS
} from "@flash-sale/domain/ports/OrderStatuses"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { mayReplace } from "@flash-sale/domain/records/StatusRule"
import { Schema } from "effect"
import type { Connection } from "../database/Connection.ts"
import * as Upsert from "../database/writing/Upsert.ts"
import type { StatusClock } from "./StatusClock.ts"
import * as StatusRow from "./StatusRow.ts"

/** Expired rows that one write deletes: more than it can add, so that they do not pile up. */
const EXPIRED_STEP = 2_000

const encodeDue = Schema.encodeSync(StatusRow.Dues)

const PUT = Upsert.into("statuses", ["request"], [
  "owner",
  "expires",
  "item",
  "fingerprint",
  "amount",
  "status",
  "reason",
  "attempt",
  "place",
  "correlation_id",
  "updated_at",
  "expires_at",
  "confirmed",
  "refund",
  "refund_due"
])

const KEEP = `
UPDATE statuses SET owner = NULL, expires = ?, updated_at = ? WHERE request = ? AND owner = ? AND expires > ?`

const SWEEP = `
DELETE FROM statuses WHERE rowid IN (SELECT rowid FROM statuses WHERE expires <= ? LIMIT ${EXPIRED_STEP})`

/** Inserts a claim: no other request may place the order until `expires`, as a `StatusClock` says it. */
export const claim = (
  connection: Connection,
  request: AdmissionRequest,
  owner: string,
  expires: number,
  updatedAt: string
): void => {
  put(connection, owner, expires, pendingOf(request, updatedAt))
}

/** Inserts the status PENDING of a request whose order is appended in the same write. */
export const keep = (
  connection: Connection,
  request: AdmissionRequest,
  time: StatusClock,
  updatedAt: string
): StatusRow.StatusRow => {
  const record = pendingOf(request, updatedAt)
  put(connection, undefined, time.now() + UNDER_WAY_KEPT_MILLIS, record)
  return { owner: undefined, record }
}

const pendingOf = (
  { amount, correlationId, fingerprint, itemId, requestId }: AdmissionRequest,
  updatedAt: string
): StatusRecord => ({
  requestId,
  itemId,
  amount,
  fingerprint,
  correlationId,
  status: "PENDING",
  attempt: 1,
  updatedAt
})

/** The claim becomes the status PENDING, where its owner still holds it. */
export const confirm = (connection: Connection, claimed: Claim, time: StatusClock, updatedAt: string): void => {
  const now = time.now()
  connection.run(KEEP, now + UNDER_WAY_KEPT_MILLIS, updatedAt, claimed.requestId, claimed.owner, now)
}

export const release = (connection: Connection, { owner, requestId }: Claim): void =>
  void connection.run("DELETE FROM statuses WHERE request = ? AND owner = ?", requestId, owner)

/** Writes a status where it may replace what is there: see `mayReplace`. */
export const write = (connection: Connection, record: StatusRecord, time: StatusClock, retention: Retention): void => {
  const there = StatusRow.find(connection, record.requestId, time)
  if (there?.record !== undefined && !mayReplace(there.record, record, there.owner !== undefined)) return
  put(connection, undefined, time.now() + keptMillis(record, retention), record)
}

export const sweep = (connection: Connection, time: StatusClock): void => void connection.run(SWEEP, time.now())

const put = (connection: Connection, owner: string | undefined, expires: number, record: StatusRecord): void =>
  void connection.run(
    PUT,
    record.requestId,
    owner ?? null,
    expires,
    record.itemId,
    record.fingerprint,
    record.amount ?? null,
    record.status,
    record.reason ?? null,
    record.attempt,
    record.placedAtOffset ?? null,
    record.correlationId,
    record.updatedAt,
    record.expiresAt ?? null,
    record.confirmed === true ? 1 : 0,
    record.refund ?? null,
    record.refundDue === undefined ? null : encodeDue(record.refundDue)
  )
