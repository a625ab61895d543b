/** What is known of each request, in the embedded file. */
import {
  type Admission,
  type AdmissionPolicy,
  type AdmissionRequest,
  OrderStatuses,
  retention
} from "@flash-sale/domain/ports/OrderStatuses"
import { type RateLimit, RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { DateTime, Effect, Layer, Result, Semaphore } from "effect"
import * as Log from "../observability/logs/Log.ts"
import type { Connection } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as StatusAnswers from "./statuses/StatusAnswers.ts"
import * as StatusClock from "./statuses/StatusClock.ts"
import * as StatusRow from "./statuses/StatusRow.ts"
import * as StatusRows from "./statuses/StatusRows.ts"

/**
 * Claims and statuses survive a kill -9 and do not wait for the disk: an order's own append waits for it, and brings
 * the claim before it to the disk as well (decision 0004).
 */
export const layer: Layer.Layer<OrderStatuses, never, SqliteDatabase | RateLimits> = Layer.effect(
  OrderStatuses,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const limits = yield* RateLimits
    const kept = yield* retention
    const time = yield* StatusClock.make
    const stamp = Effect.map(DateTime.now, DateTime.formatIso)
    const find = (connection: Connection, requestId: RequestId) => StatusRow.find(connection, requestId, time)
    // One admission after the other: a request that was found unknown is then still unknown when it is claimed.
    const admitting = yield* Semaphore.make(1)

    /** One write of several rows, which also deletes some expired ones. */
    const write = (change: (connection: Connection, stamp: string) => void) =>
      Effect.flatMap(stamp, (stamp) =>
        Effect.catch(
          database.writeSoon((connection) => {
            change(connection, stamp)
            StatusRows.sweep(connection, time)
            return Result.void
          }),
          storeUnavailable
        ))

    const admit = Effect.fnUntraced(function*(
      requests: ReadonlyArray<AdmissionRequest>,
      policy: AdmissionPolicy
    ) {
      const updatedAt = yield* stamp
      const known = yield* database.read((connection) => requests.map(({ requestId }) => find(connection, requestId)))
      const counted = yield* countUnknown(limits, requests, known, policy)
      return yield* database.writeSoon((connection) => {
        StatusRows.sweep(connection, time)
        return Result.succeed(requests.map((request, index): Admission => {
          // A claim that was released since it was read is answered as it was read: a retry is admitted.
          const stored = find(connection, request.requestId) ?? known[index]
          if (stored !== undefined) return StatusAnswers.toKnown(stored, request)
          const limit = counted[index]!
          if (!limit.allowed) return { _tag: "Limited", remaining: 0, retryAfterMillis: limit.retryAfterMillis }
          StatusRows.claim(connection, request, policy.owner, time.now() + policy.leaseMillis, updatedAt)
          return { _tag: "Claimed", remaining: limit.remaining }
        }))
      })
    })

    const readAll = Effect.fnUntraced(function*(requestIds: ReadonlyArray<RequestId>) {
      const findAll = (connection: Connection) => requestIds.map((id) => find(connection, id))
      const found = yield* Effect.catch(database.read(findAll), storeUnavailable)
      yield* report(requestIds.filter((_, n) => StatusAnswers.isDamaged(found[n])))
      return found.map(StatusAnswers.toLookup)
    })

    return {
      admit: (requests, policy) =>
        Effect.catch(Semaphore.withPermit(admitting, admit(requests, policy)), storeUnavailable),
      countRequest: (userId, { maxRequests, windowMillis }) => limits.consume(userId, maxRequests, windowMillis),
      confirm: (claims) =>
        write((connection, stamp) => {
          for (const claim of claims) StatusRows.confirm(connection, claim, time, stamp)
        }),
      release: (claims) =>
        write((connection) => {
          for (const claim of claims) StatusRows.release(connection, claim)
        }),
      write: (records) =>
        write((connection) => {
          for (const record of records) StatusRows.write(connection, record, time, kept)
        }),
      read: (requestId) => Effect.map(readAll([requestId]), ([found]) => found!),
      readAll
    }
  })
)

/** Logs that the rows of these requests hold no status. */
const report = (damaged: ReadonlyArray<RequestId>): Effect.Effect<void> =>
  Effect.forEach(
    damaged,
    (key) => Log.error("A row of the statuses holds what is no status", { event: "status_key_damaged", key }),
    { discard: true }
  )

/** Not counted against the limit: the request is known. */
const free: RateLimit = { allowed: true, remaining: 0, retryAfterMillis: 0 }

/** Counts the unknown requests against their users' limits, each id once. */
const countUnknown = Effect.fnUntraced(function*(
  limits: RateLimits["Service"],
  requests: ReadonlyArray<AdmissionRequest>,
  known: ReadonlyArray<StatusRow.StatusRow | undefined>,
  { maxRequests, windowMillis }: AdmissionPolicy
) {
  const claimed = new Set<AdmissionRequest["requestId"]>()
  return yield* Effect.forEach(requests, ({ requestId, userId }, index) => {
    if (known[index] !== undefined || claimed.has(requestId)) return Effect.succeed(free)
    return Effect.tap(
      limits.consume(userId, maxRequests, windowMillis),
      ({ allowed }) => Effect.sync(() => allowed && claimed.add(requestId))
    )
  })
})
