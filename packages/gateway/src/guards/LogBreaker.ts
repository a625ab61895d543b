/**
 * The circuit breaker between the gateway and the log, with its gauge and one log line for each change. Its probe is
 * the log's `isUp`.
 */
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as CircuitBreaker from "@flash-sale/infra/resilience/CircuitBreaker"
import { Context, Effect, Layer, Metric } from "effect"

export class LogBreaker extends Context.Service<LogBreaker, CircuitBreaker.CircuitBreaker>()(
  "@flash-sale/gateway/guards/LogBreaker"
) {}

/** What `gateway_circuit_breaker_state` shows. */
const GAUGE: Readonly<Record<CircuitBreaker.BreakerState, number>> = { closed: 0, open: 1, half_open: 2 }

const logChange = (state: CircuitBreaker.BreakerState) =>
  (state === "open" ? Log.warn : Log.info)(`The circuit breaker to the log is ${state}`, {
    event: "circuit_breaker_changed",
    status: state
  })

export const layer = (settings: CircuitBreaker.BreakerSettings): Layer.Layer<LogBreaker, never, OrderLog> =>
  Layer.effect(
    LogBreaker,
    Effect.gen(function*() {
      const log = yield* OrderLog
      let last: CircuitBreaker.BreakerState = "closed"
      return yield* CircuitBreaker.make({
        settings,
        probe: log.isUp.pipe(outlivingBugs("the probe of the log"), Effect.orElseSucceed(() => false)),
        onChange: (state) =>
          Effect.suspend(() => {
            const changed = state !== last
            last = state
            return Effect.andThen(
              Metric.update(Metrics.circuitBreakerState, GAUGE[state]),
              changed ? logChange(state) : Effect.void
            )
          })
      })
    })
  )
