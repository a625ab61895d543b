/**
 * One log line for each change through the admin API that somebody with a key asked for, whatever came of it: who,
 * what, why and from where. The change's record in the log, or its entry in the archive, names operator and reason as
 * well; a request that failed is found by its line alone. A change that was let in and understood is counted.
 */
import { CurrentOperator } from "@flash-sale/domain/api/admin/Operators"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as AdminMetrics from "@flash-sale/infra/observability/metrics/AdminMetrics"
import { Cause, Effect, Exit, Metric, Option } from "effect"
import { HttpServerRequest } from "effect/http"

export interface Change {
  readonly change: AdminMetrics.Change
  /** What exactly, in words. */
  readonly detail: string
  readonly item?: string | undefined
  /** Of what changes nothing of orders and items there is none. */
  readonly reason?: string | undefined
}

/** What came of a change that was answered: all of it, some of it, or nothing. */
export type Extent = "done" | "done_in_part" | "not_done"

/** Of `total` things to do, `done` were. */
export const extentOf = (done: number, total: number): Extent =>
  done === total ? "done" : done === 0 ? "not_done" : "done_in_part"

const codeIn = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "internal_error"

/** Why nothing was answered, or the code of the refusal. */
const codeOf = <E>(cause: Cause.Cause<E>): string =>
  Cause.hasInterruptsOnly(cause)
    ? "client_gone"
    : Option.match(Cause.findErrorOption(cause), { onNone: () => "internal_error", onSome: codeIn })

/** Who asks, as records name it. */
export const operator = (reason: string | undefined): Effect.Effect<Operator, never, CurrentOperator> =>
  Effect.map(CurrentOperator, ({ name }) => ({ by: name, reason }))

/**
 * Tells of a change, also where its client hangs up: then its record may be in the log, or not. `extent` says how much
 * of it was done, by its answer.
 */
export const told =
  <A>({ change, detail, item, reason }: Change, extent: (answer: A) => Extent = () => "done") =>
  <E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function*() {
      const { address, name } = yield* CurrentOperator
      const { correlationId } = yield* RequestContext
      yield* Metric.update(AdminMetrics.changed(change), 1)
      return yield* Effect.onExit(effect, (exit) => {
        const outcome = Exit.isSuccess(exit) ? extent(exit.value) : codeOf(exit.cause)
        return Log.info(`Operator ${name}: ${detail}: ${outcome}`, {
          event: "admin_change",
          change,
          by: name,
          address,
          ...(reason === undefined ? {} : { reason }),
          status: outcome,
          correlation_id: correlationId,
          ...(item === undefined ? {} : { item_id: item })
        })
      })
    })

/** The changes, by the endpoint that makes them. */
const CHANGE_OF: Readonly<Record<string, AdminMetrics.Change>> = {
  stock: "stock",
  sale: "sale",
  pauseAll: "pause_all",
  resumeAll: "resume_all",
  cancel: "cancel",
  refund: "refund",
  replay: "replay",
  discard: "discard",
  webhookTest: "webhook_test",
  webhookReplay: "webhook_replay",
  webhookEnable: "webhook_enable"
}

/** Tells of a request for a change that was refused before its body was understood: there is no reason then. */
export const refused = Effect.fnUntraced(function*(
  { address, name }: Pick<CurrentOperator["Service"], "name" | "address">,
  { identifier }: { readonly identifier: string },
  code: string
) {
  const change = CHANGE_OF[identifier]
  if (change === undefined) return
  const { correlationId } = yield* RequestContext
  const { url } = yield* HttpServerRequest.HttpServerRequest
  yield* Log.info(`Operator ${name}: ${change} at ${url}: ${code}`, {
    event: "admin_change",
    change,
    by: name,
    address,
    status: code,
    correlation_id: correlationId
  })
})
