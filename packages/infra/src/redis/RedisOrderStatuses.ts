/** What is known of each request, in Redis: `order_status:<request_id>`, JSON that operators can read. */
import {
  type AdmissionPolicy,
  type AdmissionRequest,
  type Claim,
  OrderStatuses,
  retention,
  type StatusLookup,
  UNDER_WAY_KEPT_MILLIS
} from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import type * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { Clock, Effect, Layer } from "effect"
import * as Log from "../observability/logs/Log.ts"
import * as AdmitAnswers from "./AdmitAnswers.ts"
import { chunked, report, written } from "./client/StatusBatches.ts"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"
import * as StatusWire from "./wire/StatusWire.ts"

const keysOf = (some: ReadonlyArray<{ readonly requestId: RequestId }>): ReadonlyArray<string> =>
  some.map(({ requestId }) => Keys.orderStatus(requestId))

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts
  const kept = yield* retention

  const admit = Effect.fnUntraced(function*(requests: ReadonlyArray<AdmissionRequest>, policy: AdmissionPolicy) {
    const now = Moment.isoOf(yield* Clock.currentTimeMillis)
    const lease = StatusWire.leaseEnd(policy.owner)
    return (yield* chunked(requests, (some) =>
      scripts.admit(
        some.flatMap(({ requestId, userId }) => [Keys.orderStatus(requestId), Keys.rateLimit(userId)]),
        [
          String(policy.maxRequests),
          String(policy.windowMillis),
          String(policy.leaseMillis),
          ...some.map((request) => StatusWire.claim(request, lease, now))
        ]
      ).pipe(
        Effect.flatMap(([damaged, ...replies]) => Effect.andThen(report(damaged), AdmitAnswers.read(some, replies)))
      )))
      .flat()
  })

  const countRequest: OrderStatuses["Service"]["countRequest"] = (userId, { maxRequests, windowMillis }) =>
    scripts.countRequest([Keys.rateLimit(userId)], [String(maxRequests), String(windowMillis)]).pipe(
      Effect.map(([answer, number]) =>
        answer === "counted"
          ? { allowed: true, remaining: number, retryAfterMillis: 0 }
          : { allowed: false, remaining: 0, retryAfterMillis: number }
      ),
      Effect.mapError(unavailable)
    )

  // Once the command is on the socket it reaches Redis, even where this process is killed: the reply is not awaited.
  const confirm = (claims: ReadonlyArray<Claim>) =>
    written(claims, (some) =>
      scripts.confirmClaims(keysOf(some), [
        String(UNDER_WAY_KEPT_MILLIS),
        ...some.map(({ owner }) => StatusWire.leaseEnd(owner))
      ])).pipe(
        Effect.catch(({ detail }) =>
          Log.debug(`Accepted orders' claims were not kept: ${detail}`, { event: "claim_left" })
        ),
        (sending) => Effect.forkDetach(sending, { startImmediately: true }),
        Effect.asVoid
      )

  const release = (claims: ReadonlyArray<Claim>) =>
    written(claims, (some) => scripts.releaseClaims(keysOf(some), some.map(({ owner }) => StatusWire.leaseEnd(owner))))

  const write = (records: ReadonlyArray<OrderStatus.StatusRecord>) =>
    written(records, (some) => scripts.writeStatus(keysOf(some), StatusWire.statusArgs(some, kept)))

  const read = Effect.fnUntraced(function*(requestId: RequestId) {
    const key = Keys.orderStatus(requestId)
    const value = yield* Effect.catchTag(
      redis.use((client) => client.get(key)),
      "WrongContent",
      () => Effect.as(report([key]), null)
    )
    const [found] = yield* lookups([key], [value])
    return found!
  }, Effect.mapError(unavailable))

  const readAll = (requestIds: ReadonlyArray<RequestId>) =>
    Effect.map(
      chunked(requestIds, (some) => {
        const keys = some.map(Keys.orderStatus)
        return Effect.flatMap(redis.use((client) => client.mget(...keys)), (values) => lookups(keys, values))
      }),
      (chunks) => chunks.flat()
    )

  return OrderStatuses.of({ admit, countRequest, confirm, release, write, read, readAll })
})

/** What a value holds; undefined where it holds no status. */
const lookupOf = (value: string | null | undefined): StatusLookup | undefined => {
  if (value === null || value === undefined) return { _tag: "Unknown" }
  const found = StatusWire.read(value)
  return found._tag === "Damaged" ? undefined : found
}

/** What the values of these keys hold. One that cannot be read is reported, and counts as unknown. */
const lookups = (
  keys: ReadonlyArray<string>,
  values: ReadonlyArray<string | null>
): Effect.Effect<ReadonlyArray<StatusLookup>> => {
  const found = keys.map((_, n) => lookupOf(values[n]))
  const damaged = keys.filter((_, n) => found[n] === undefined)
  const known = found.map((lookup): StatusLookup => lookup ?? { _tag: "Unknown" })
  return damaged.length === 0 ? Effect.succeed(known) : Effect.as(report(damaged), known)
}

/** Statuses in Redis. Redis may be away at any time: operations then fail with `StoreUnavailable`. */
export const layer: Layer.Layer<OrderStatuses, never, IoRedis | Scripts> = Layer.effect(OrderStatuses, make)
