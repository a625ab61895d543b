/** Admission in one write to the embedded file: ids, records and statuses of all orders that came together. */
import { type AdmittedAtOnce, AtomicAdmission, type OrderToAdmit } from "@flash-sale/domain/ports/AtomicAdmission"
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { isoOf } from "@flash-sale/domain/records/Moment"
import { Cause, Clock, type Context, Effect, Exit, Layer, Result } from "effect"
import * as Completion from "../actor/Completion.ts"
import { Windows } from "../memory/MemoryRateLimits.ts"
import * as EngineMetrics from "../observability/metrics/EngineMetrics.ts"
import * as Monotonic from "../time/Monotonic.ts"
import { EMBEDDED_PARTITIONS } from "./database/Migrations.ts"
import { SqliteDatabase } from "./database/SqliteDatabase.ts"
import type { Job } from "./database/writing/Write.ts"
import * as LogAppend from "./log/LogAppend.ts"
import * as StatusAnswers from "./statuses/StatusAnswers.ts"
import * as StatusClock from "./statuses/StatusClock.ts"
import * as StatusRow from "./statuses/StatusRow.ts"
import * as StatusRows from "./statuses/StatusRows.ts"

/** Orders of one write. */
const MAX_ORDERS = 512

interface Waiting {
  readonly order: OrderToAdmit
  readonly row: LogAppend.NewRow
  readonly completion: Completion.Completion<Exit.Exit<AdmittedAtOnce, AppendRefused | AppendUnknown>>
}

/** Orders gather until the database comes to their write: those that come while it waits for the disk. */
export const layer: Layer.Layer<never, never, SqliteDatabase | Windows> = Layer.effect(
  AtomicAdmission,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const { count } = yield* Windows
    const time = yield* StatusClock.make
    const monotonic = yield* Monotonic.reader
    const clock = yield* Clock.Clock
    const guard = yield* Completion.guard
    const context: Context.Context<never> = yield* Effect.context<never>()
    /** Those that the next write admits; undefined where none waits. */
    let gathering: Array<Waiting> | undefined

    const close = (orders: ReadonlyArray<Waiting>): void => {
      if (gathering === orders) gathering = undefined
    }

    const admit =
      (orders: ReadonlyArray<Waiting>): Job<ReadonlyArray<AdmittedAtOnce>, never> => (connection, writing) => {
        close(orders)
        const updatedAt = isoOf(clock.currentTimeMillisUnsafe())
        const append = LogAppend.appender(connection, writing, database.recent)
        StatusRows.sweep(connection, time)
        return Result.succeed(orders.map(({ order: { policy, request }, row }): AdmittedAtOnce => {
          const stored = StatusRow.find(connection, request.requestId, time)
          if (stored !== undefined) return StatusAnswers.toKnown(stored, request)
          const limit = count(request.userId, policy.maxRequests, policy.windowMillis, monotonic())
          if (!limit.allowed) return { _tag: "Limited", remaining: 0, retryAfterMillis: limit.retryAfterMillis }
          StatusRows.keep(connection, request, time, updatedAt)
          return { _tag: "Appended", position: append(row), remaining: limit.remaining }
        }))
      }

    const begin = (first: Waiting): void => {
      const orders = [first]
      gathering = orders
      database.offer(
        admit(orders),
        guard.of(orders, (_, exit) => {
          close(orders)
          EngineMetrics.admissionBatch.updateUnsafe(orders.length, context)
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
        if (gathering === undefined || gathering.length >= MAX_ORDERS) begin(waiting)
        else gathering.push(waiting)
      }
    }
  })
)
