/** Admission in one write to the embedded file: ids, records and statuses of all orders that came together. */
import { type AdmittedAtOnce, AtomicAdmission, type OrderToAdmit } from "@flash-sale/domain/ports/AtomicAdmission"
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { isoOf } from "@flash-sale/domain/records/Moment"
import { Cause, Clock, type Context, Effect, Exit, Layer } from "effect"
import * as Completion from "../actor/Completion.ts"
import { type Reservation, Windows } from "../memory/MemoryRateLimits.ts"
import * as EngineMetrics from "../observability/metrics/EngineMetrics.ts"
import * as Monotonic from "../time/Monotonic.ts"
import { EMBEDDED_PARTITIONS } from "./database/Migrations.ts"
import { SqliteDatabase } from "./database/SqliteDatabase.ts"
import * as LogAppend from "./log/LogAppend.ts"
import * as StatusClock from "./statuses/StatusClock.ts"
import * as AdmissionWrite from "./writes/AdmissionWrite.ts"

/** Orders of one write. */
const MAX_ORDERS = 512

interface Waiting {
  readonly order: OrderToAdmit
  readonly row: LogAppend.NewRow
  readonly completion: Completion.Completion<Exit.Exit<AdmittedAtOnce, AppendRefused | AppendUnknown>>
}

/** Orders of one write. */
interface Gathered {
  readonly orders: Array<Waiting>
  /** What is counted of each user from the moment on in which they are written. */
  quotas: ReadonlyArray<Reservation>
  /** Which of them each order has. */
  places: ReadonlyArray<number>
}

/** Orders gather until the database comes to their write: those that come while it waits for the disk. */
export const layer: Layer.Layer<never, never, SqliteDatabase | Windows> = Layer.effect(
  AtomicAdmission,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const { reserve } = yield* Windows
    const time = yield* StatusClock.make
    const monotonic = yield* Monotonic.reader
    const clock = yield* Clock.Clock
    const guard = yield* Completion.guard
    const context: Context.Context<never> = yield* Effect.context<never>()
    /** Those that the next write admits; undefined where none waits. */
    let gathering: Gathered | undefined

    const close = (gathered: Gathered): void => {
      if (gathering === gathered) gathering = undefined
    }

    const inputOf = (gathered: Gathered): AdmissionWrite.AdmissionInput => {
      close(gathered)
      const { orders } = gathered
      const users = byUser(orders)
      const now = monotonic()
      const all = [...users]
      const places = new Map(all.map(([userId], n) => [userId, n]))
      gathered.places = orders.map(({ order }) => places.get(order.request.userId)!)
      gathered.quotas = all.map(([userId, { ids, policy }]) => reserve(userId, ids.size, policy, now))
      return {
        at: time.now(),
        updatedAt: isoOf(clock.currentTimeMillisUnsafe()),
        orders: orders.map(({ order: { request }, row }, n) => ({ request, row, quota: gathered.places[n]! })),
        quotas: gathered.quotas.map(({ granted, left, retryAfterMillis }) => ({ granted, left, retryAfterMillis }))
      }
    }

    /** What was known, and so costs nothing, is given back. What has failed stays counted. */
    const settle = ({ places, quotas }: Gathered, admitted: ReadonlyArray<AdmittedAtOnce>): void => {
      const used = quotas.map(() => 0)
      admitted.forEach(({ _tag }, n) => {
        if (_tag === "Appended") used[places[n]!]!++
      })
      quotas.forEach((quota, n) => quota.settle(used[n]!))
    }

    const begin = (first: Waiting): void => {
      const gathered: Gathered = { orders: [first], quotas: [], places: [] }
      gathering = gathered
      database.offer(
        AdmissionWrite.admit,
        () => inputOf(gathered),
        guard.of(gathered, (_, exit) => {
          close(gathered)
          const { orders } = gathered
          EngineMetrics.admissionBatch.updateUnsafe(orders.length, context)
          if (Exit.isSuccess(exit)) settle(gathered, exit.value)
          const failed = Exit.isFailure(exit)
            ? Exit.failCause(Cause.map(exit.cause, LogAppend.toAppendError))
            : undefined
          orders.forEach(({ completion }, n) =>
            completion(Exit.isSuccess(exit) ? Exit.succeed(exit.value[n]!) : failed!)
          )
        })
      )
    }

    return {
      offer: (order, completion) => {
        const row = LogAppend.rowOf(order.record, EMBEDDED_PARTITIONS, clock.currentTimeMillisUnsafe())
        const waiting = { order, row, completion }
        if (gathering === undefined || gathering.orders.length >= MAX_ORDERS) begin(waiting)
        else gathering.orders.push(waiting)
      }
    }
  })
)

/** The ids that each user asks for: a second order under one is known by then. The policy is the same for all. */
const byUser = (orders: ReadonlyArray<Waiting>) => {
  const users = new Map<UserId, { readonly ids: Set<RequestId>; readonly policy: OrderToAdmit["policy"] }>()
  for (const { order: { policy, request: { requestId, userId } } } of orders) {
    const known = users.get(userId)
    if (known === undefined) users.set(userId, { ids: new Set([requestId]), policy })
    else known.ids.add(requestId)
  }
  return users
}
