/** Orders that are admitted together: ids are looked up and taken, records appended, statuses kept. Decision 59. */
import type { AdmittedAtOnce, OrderToAdmit } from "@flash-sale/domain/ports/AtomicAdmission"
import { Result } from "effect"
import * as Write from "../database/writer/Write.ts"
import * as LogAppend from "../log/LogAppend.ts"
import * as StatusAnswers from "../statuses/StatusAnswers.ts"
import * as StatusRow from "../statuses/StatusRow.ts"
import * as StatusRows from "../statuses/StatusRows.ts"
import type { At } from "../statuses/StatusWrites.ts"

/** How many new orders of one user may be admitted, and what the user is told. */
export interface Quota {
  readonly granted: number
  /** What was left in the user's window before the first of them. */
  readonly left: number
  readonly retryAfterMillis: number
}

export interface NewOrder {
  readonly request: OrderToAdmit["request"]
  readonly row: LogAppend.NewRow
  /** Which of the quotas is its user's. */
  readonly quota: number
}

export interface AdmissionInput extends At {
  readonly orders: ReadonlyArray<NewOrder>
  readonly quotas: ReadonlyArray<Quota>
}

const run: Write.Job<AdmissionInput, ReadonlyArray<AdmittedAtOnce>, never> = (
  connection,
  { at, orders, quotas, updatedAt },
  touch
) => {
  const append = LogAppend.appender(connection, touch)
  const admitted = quotas.map(() => 0)
  StatusRows.sweep(connection, at)
  return Result.succeed(orders.map(({ quota, request, row }): AdmittedAtOnce => {
    const stored = StatusRow.find(connection, request.requestId, at)
    // What is known costs its user nothing.
    if (stored !== undefined) return StatusAnswers.toKnown(stored, request)
    const { granted, left, retryAfterMillis } = quotas[quota]!
    const count = admitted[quota]!
    if (count >= granted) return { _tag: "Limited", remaining: 0, retryAfterMillis }
    admitted[quota] = count + 1
    StatusRows.keep(connection, request, at, updatedAt)
    return { _tag: "Appended", position: append(row), remaining: left - count - 1 }
  }))
}

export const admit = Write.define("orders.admit", run)
