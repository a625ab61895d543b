/**
 * One log line and one count for each change through the admin API, whatever came of it: who, what, why and from where.
 * The change's record in the log names operator and reason as well; a request that failed is found by its line alone.
 */
import { CurrentOperator } from "@flash-sale/domain/api/admin/Operators"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as AdminMetrics from "@flash-sale/infra/observability/metrics/AdminMetrics"
import { Cause, Effect, Exit, Metric, Option } from "effect"

export interface Change {
  readonly change: AdminMetrics.Change
  /** What exactly, in words. */
  readonly detail: string
  readonly item?: string | undefined
  readonly reason: string
}

const codeIn = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "internal_error"

/** What came of it: the code of the refusal, where it was refused. */
const outcomeOf = <A, E>(exit: Exit.Exit<A, E>): string => {
  if (Exit.isSuccess(exit)) return "done"
  if (Cause.hasInterruptsOnly(exit.cause)) return "the client has hung up"
  return Option.match(Cause.findErrorOption(exit.cause), { onNone: () => "internal_error", onSome: codeIn })
}

/** Who asks, as records name it. */
export const operator = (reason: string): Effect.Effect<Operator, never, CurrentOperator> =>
  Effect.map(CurrentOperator, ({ name }) => ({ by: name, reason }))

/** Tells of a change, also where its client hangs up: then its record may be in the log, or not. */
export const told = ({ change, detail, item, reason }: Change) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const { address, name } = yield* CurrentOperator
    const { correlationId } = yield* RequestContext
    yield* Metric.update(AdminMetrics.changed(change), 1)
    return yield* Effect.onExit(effect, (exit) => {
      const outcome = outcomeOf(exit)
      return Log.info(`Operator ${name}: ${detail}: ${outcome}`, {
        event: "admin_change",
        change,
        by: name,
        address,
        reason,
        status: outcome,
        correlation_id: correlationId,
        ...(item === undefined ? {} : { item_id: item })
      })
    })
  })
