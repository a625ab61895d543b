/** What is known of each request, in Redis: `order_status:<request_id>`, JSON that operators can read. */
import {
  ACCEPTED_KEPT_MILLIS,
  type Admission,
  type AdmissionPolicy,
  type AdmissionRequest,
  type Claim,
  FINAL_KEPT_MILLIS,
  OrderStatuses
} from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { Clock, DateTime, Effect, Layer, Result, Schema } from "effect"
import * as Log from "../observability/logs/Log.ts"
import { IoRedis, unavailable, type WrongContent } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"

/** Requests that one script handles, so that no batch keeps Redis from others for long. */
const CHUNK = 500

const decodeRecord = Schema.decodeUnknownResult(Schema.fromJsonString(OrderStatus.StatusRecord))
const decodeLease = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ lease: Schema.String, fingerprint: Schema.String }))
)
const encodeText = Schema.encodeSync(Schema.fromJsonString(Schema.String))

/** A claim is a status that ends with its lease: a script takes it off by its text, without reading the JSON. */
const leaseEnd = (owner: string): string => `,"lease":${encodeText(owner)}}`

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts

  const admit = Effect.fnUntraced(function*(requests: ReadonlyArray<AdmissionRequest>, policy: AdmissionPolicy) {
    const now = DateTime.formatIso(DateTime.makeUnsafe(yield* Clock.currentTimeMillis))
    const lease = leaseEnd(policy.owner)
    return (yield* chunked(requests, (some) =>
      scripts.admit(
        some.flatMap(({ requestId, userId }) => [Keys.orderStatus(requestId), Keys.rateLimit(userId)]),
        [
          String(policy.maxRequests),
          String(policy.windowMillis),
          String(policy.leaseMillis),
          ...some.map((request) => claim(request, lease, now))
        ]
      ).pipe(Effect.flatMap(([damaged, ...replies]) => Effect.andThen(report(damaged), answers(some, replies))))))
      .flat()
  })

  // Once the command is on the socket it reaches Redis, even where this process is killed: its reply is not waited for.
  const confirm = (claims: ReadonlyArray<Claim>) =>
    written(claims, (some) =>
      scripts.confirmClaims(some.map(({ requestId }) => Keys.orderStatus(requestId)), [
        String(ACCEPTED_KEPT_MILLIS),
        ...some.map(({ owner }) => leaseEnd(owner))
      ])).pipe(
        Effect.catch(({ detail }) =>
          Log.debug(`Accepted orders' claims were not kept: ${detail}`, { event: "claim_left" })
        ),
        (sending) => Effect.forkDetach(sending, { startImmediately: true }),
        Effect.asVoid
      )

  const release = (claims: ReadonlyArray<Claim>) =>
    written(claims, (some) =>
      scripts.releaseClaims(
        some.map(({ requestId }) => Keys.orderStatus(requestId)),
        some.map(({ owner }) => leaseEnd(owner))
      ))

  const write = (records: ReadonlyArray<OrderStatus.StatusRecord>) =>
    written(
      records,
      (some) => scripts.writeStatus(some.map(({ requestId }) => Keys.orderStatus(requestId)), statusArgs(some))
    )

  const read = Effect.fnUntraced(function*(requestId: RequestId) {
    const value = yield* Effect.catchTag(
      redis.use((client) => client.get(Keys.orderStatus(requestId))),
      "WrongContent",
      () => Effect.as(report([Keys.orderStatus(requestId)]), null)
    )
    return yield* lookup(requestId, value)
  }, Effect.mapError(unavailable))

  const readAll = (requestIds: ReadonlyArray<RequestId>) =>
    Effect.map(
      chunked(requestIds, (some) =>
        Effect.flatMap(
          redis.use((client) => client.mget(...some.map(Keys.orderStatus))),
          (values) => Effect.forEach(some, (id, n) => lookup(id, values[n] ?? null))
        )),
      (chunks) => chunks.flat()
    )

  return OrderStatuses.of({ admit, confirm, release, write, read, readAll })
})

const claim = (request: AdmissionRequest, lease: string, updatedAt: string): string =>
  OrderStatus.write({
    requestId: request.requestId,
    itemId: request.itemId,
    amount: request.amount,
    status: "PENDING",
    attempt: 1,
    correlationId: request.correlationId,
    updatedAt,
    fingerprint: request.fingerprint
  }).slice(0, -1) + lease

/** See `lua/write_status.lua`. No word holds a space: items and fingerprints are made of checked ids. */
const statusArgs = (records: ReadonlyArray<OrderStatus.StatusRecord>): ReadonlyArray<string> => {
  const args = [String(ACCEPTED_KEPT_MILLIS), String(FINAL_KEPT_MILLIS)]
  for (const record of records) {
    const { attempt, fingerprint, itemId, placedAtOffset = -1, status } = record
    args.push(
      OrderStatus.write(record),
      `${itemId} ${fingerprint} ${attempt} ${placedAtOffset} ${OrderStatus.rank(status)}`
    )
  }
  return args
}

type AdmitReply =
  | readonly ["known", string]
  | readonly ["claimed", number]
  | readonly ["limited", number]
  | undefined

/** Nearly all are claimed or limited: what is known is read by itself. */
const answers = Effect.fnUntraced(function*(
  requests: ReadonlyArray<AdmissionRequest>,
  replies: ReadonlyArray<AdmitReply>
): Effect.fn.Return<ReadonlyArray<Admission>> {
  const admissions: Array<Admission> = []
  for (const [n, request] of requests.entries()) {
    const reply = replies[n]
    if (reply === undefined) return yield* Effect.die(new Error("admit.lua answered for fewer requests"))
    if (reply[0] === "claimed") admissions.push({ _tag: "Claimed", remaining: reply[1] })
    else if (reply[0] === "limited") admissions.push({ _tag: "Limited", remaining: 0, retryAfterMillis: reply[1] })
    else admissions.push(yield* known(request, reply))
  }
  return admissions
})

const known = Effect.fnUntraced(function*(
  request: AdmissionRequest,
  reply: readonly ["known", string]
): Effect.fn.Return<Admission> {
  const lease = decodeLease(reply[1])
  if (Result.isSuccess(lease)) return { _tag: "Leased", same: lease.success.fingerprint === request.fingerprint }
  const found = yield* lookup(request.requestId, reply[1])
  // What cannot be read may be the same order or another: nobody knows, as with a lease.
  if (found._tag !== "Kept") return { _tag: "Leased", same: true }
  return { _tag: "Known", same: found.record.fingerprint === request.fingerprint, record: found.record }
})

/** What a value says. One that cannot be read is reported, and counts as nothing known. */
const lookup = Effect.fnUntraced(function*(requestId: RequestId, value: string | null) {
  if (value === null) return { _tag: "Unknown" } as const
  if (Result.isSuccess(decodeLease(value))) return { _tag: "Leased" } as const
  const record = decodeRecord(value)
  if (Result.isSuccess(record)) return { _tag: "Kept", record: record.success } as const
  yield* report([Keys.orderStatus(requestId)])
  return { _tag: "Unknown" } as const
})

const chunked = <A, B>(
  all: ReadonlyArray<A>,
  f: (some: ReadonlyArray<A>) => Effect.Effect<B, StoreUnavailable | WrongContent>
): Effect.Effect<ReadonlyArray<B>, StoreUnavailable> => {
  const chunks = Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, n) => all.slice(n * CHUNK, (n + 1) * CHUNK))
  return Effect.mapError(Effect.forEach(chunks, f), unavailable)
}

const written = <A>(
  all: ReadonlyArray<A>,
  f: (some: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<string>, StoreUnavailable | WrongContent>
): Effect.Effect<void, StoreUnavailable> => Effect.asVoid(chunked(all, (some) => Effect.flatMap(f(some), report)))

const report = (damaged: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(
    damaged,
    (key) => Log.error("A status key holds what is no status", { event: "status_key_damaged", key }),
    { discard: true }
  )

/** Statuses in Redis. Redis may be away at any time: operations then fail with `StoreUnavailable`. */
export const layer: Layer.Layer<OrderStatuses, never, IoRedis | Scripts> = Layer.effect(OrderStatuses, make)
