/** The second half of an order's path: its record is appended, and its claim kept or given back by what came of it. */
import { type AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { Claim } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { Order } from "@flash-sale/domain/records/Order"
import * as MicrotaskBatch from "@flash-sale/infra/actor/MicrotaskBatch"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Clock, Effect, Exit, Option } from "effect"
import { LogBreaker } from "../guards/LogBreaker.ts"
import { WaitEstimate } from "../guards/WaitEstimate.ts"
import * as Refusals from "../request/Refusals.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import type { Answered } from "./AdmissionResult.ts"
import * as BuySpans from "./BuySpans.ts"
import type { Claims } from "./Claims.ts"

/** An order that may be appended. */
export interface Admitted {
  readonly order: Order
  readonly request: RequestContext
  readonly claim: Claim | undefined
  /** How many more orders the user may send now. */
  readonly remaining: number
  readonly answered: Answered
}

type AppendError = AppendRefused | AppendUnknown

/** One whose append has ended. */
interface Appended extends Admitted {
  readonly answer: Exit.Exit<LogPosition, AppendError>
}

const encode = (
  { order, request: { correlationId } }: Admitted,
  traceparent: string | undefined,
  now: number
) =>
  LogRecord.encode(
    order.itemId,
    Command.Place({
      order,
      attempt: 1,
      acceptedAt: Math.floor(now),
      correlationId,
      ...(traceparent === undefined ? {} : { traceparent })
    })
  )

const toRefusal = ({ request: { correlationId } }: Admitted, error: AppendError): Refusals.Refusal =>
  Refusals.unavailable(
    correlationId,
    error._tag === "AppendUnknown" ? "outcome_unknown" : error.overloaded ? "overloaded" : "log_unavailable"
  )

/** What the append says of the log: undefined where it was not even asked, as a full line says nothing about it. */
const verdict = ({ answer }: Appended): boolean | undefined => {
  if (Exit.isSuccess(answer)) return true
  const error = Exit.findErrorOption(answer)
  return Option.isSome(error) && error.value._tag === "AppendRefused" && error.value.overloaded ? undefined : false
}

const isRefused = ({ answer }: Appended): boolean =>
  Option.exists(Exit.findErrorOption(answer), ({ _tag }) => _tag === "AppendRefused")

const claimsOf = (appended: ReadonlyArray<Appended>): ReadonlyArray<Claim> =>
  appended.flatMap(({ claim }) => claim === undefined ? [] : [claim])

/** Appends one order, and answers it when that has ended. */
export const make = Effect.fnUntraced(function*(
  claims: Claims
): Effect.fn.Return<(admitted: Admitted) => void, never, OrderLog | LogBreaker | WaitEstimate> {
  const log = yield* OrderLog
  const waitEstimate = yield* WaitEstimate
  const breaker = yield* LogBreaker
  const clock = yield* Clock.Clock
  const spans = yield* Spans
  const run = Effect.runForkWith(yield* Effect.context<never>())

  const record = Effect.fnUntraced(function*(appended: ReadonlyArray<Appended>) {
    let last: boolean | undefined
    for (const one of appended) {
      const succeeded = verdict(one)
      // A success says the same however often it is told; each failure counts.
      if (succeeded === undefined || (succeeded && last === true)) continue
      last = succeeded
      yield* breaker.record(succeeded)
    }
  })

  /** Those of one send end together: one call keeps their claims, and only then they are answered. */
  const finish = Effect.fnUntraced(function*(appended: ReadonlyArray<Appended>) {
    yield* record(appended)
    const kept = claimsOf(appended.filter(({ answer }) => Exit.isSuccess(answer)))
    if (kept.length > 0) yield* claims.confirm(kept)
    const released = claimsOf(appended.filter(isRefused))
    if (released.length > 0) yield* claims.release(released)
    for (const one of appended) {
      one.answered(
        Exit.mapBoth(one.answer, {
          onSuccess: (position) => ({ waitMillis: waitEstimate.at(position), remaining: one.remaining }),
          onFailure: (error) => toRefusal(one, error)
        })
      )
    }
  })
  const finishTogether = MicrotaskBatch.make<Appended>((appended) => void run(finish(appended)))

  return (admitted) => {
    const { order, request } = admitted
    const span = BuySpans.begin(spans, "orders send", "producer", order, request)
    log.offer(
      encode(admitted, span?.traceparent ?? request.traceparent, clock.currentTimeMillisUnsafe()),
      (answer) => {
        span?.end(Exit.isFailure(answer) ? "not acknowledged" : undefined)
        finishTogether({ ...admitted, answer })
      }
    )
  }
})
