/** What is known of each request, in the embedded file. */
import {
  type AdmissionPolicy,
  type AdmissionRequest,
  OrderStatuses,
  retention
} from "@flash-sale/domain/ports/OrderStatuses"
import { type RateLimit, RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { DateTime, Effect, Layer, Semaphore } from "effect"
import * as Log from "../observability/logs/Log.ts"
import type { Connection } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import type { Write } from "./database/writer/Write.ts"
import * as StatusAnswers from "./statuses/StatusAnswers.ts"
import * as StatusClock from "./statuses/StatusClock.ts"
import * as StatusRow from "./statuses/StatusRow.ts"
import * as StatusWrites from "./statuses/StatusWrites.ts"

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
    const find = (connection: Connection, requestId: RequestId) => StatusRow.find(connection, requestId, time.now())
    // One admission after the other: a request that was found unknown is then still unknown when it is claimed.
    const admitting = yield* Semaphore.make(1)

    const now: Effect.Effect<StatusWrites.At> = Effect.map(
      DateTime.now,
      (at) => ({ at: time.now(), updatedAt: DateTime.formatIso(at) })
    )

    const admit = Effect.fnUntraced(function*(
      requests: ReadonlyArray<AdmissionRequest>,
      policy: AdmissionPolicy
    ) {
      const at = yield* now
      const known = yield* database.read((connection) => requests.map(({ requestId }) => find(connection, requestId)))
      const counted = yield* countUnknown(limits, requests, known, policy)
      const claiming = requests.map((request, n): StatusWrites.Claiming => {
        const stored = known[n]
        return { request, limit: counted[n]!, ...(stored === undefined ? {} : { known: stored }) }
      })
      const { leaseMillis, owner } = policy
      return yield* database.writeSoon(StatusWrites.claim, { ...at, requests: claiming, owner, leaseMillis })
    })

    const readAll = Effect.fnUntraced(function*(requestIds: ReadonlyArray<RequestId>) {
      const findAll = (connection: Connection) => requestIds.map((id) => find(connection, id))
      const found = yield* Effect.catch(database.read(findAll), storeUnavailable)
      yield* report(requestIds.filter((_, n) => StatusAnswers.isDamaged(found[n])))
      return found.map(StatusAnswers.toLookup)
    })

    const write = <I>(kind: Write<I, void, never>, inputOf: (at: StatusWrites.At) => I) =>
      Effect.flatMap(now, (at) => Effect.catch(database.writeSoon(kind, inputOf(at)), storeUnavailable))

    return {
      admit: (requests, policy) =>
        Effect.catch(Semaphore.withPermit(admitting, admit(requests, policy)), storeUnavailable),
      countRequest: (userId, { maxRequests, windowMillis }) => limits.consume(userId, maxRequests, windowMillis),
      confirm: (claims) => write(StatusWrites.confirm, (at) => ({ ...at, claims })),
      release: (claims) => write(StatusWrites.release, (at) => ({ ...at, claims })),
      write: (records) => write(StatusWrites.put, (at) => ({ ...at, records, kept })),
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
