/** Metrics and the span of each send to the log: once for all records that it carries. */
import { Clock, Context, Effect, Exit } from "effect"
import * as Spans from "../tracing/Spans.ts"
import * as EngineMetrics from "./EngineMetrics.ts"
import type { Service } from "./Series.ts"

/** The service that sends; undefined where an operator's command does. */
export const CurrentService = Context.Reference<Service | undefined>(
  "@flash-sale/infra/observability/Appends/Service",
  {
    defaultValue: () => undefined
  }
)

/** A record of a send, as far as telemetry needs it. */
export interface SentRecord {
  /** Its header `traceparent`. */
  readonly traceparent: string | undefined
}

/** Measures one send of these records to a partition of a topic. */
export type Observe = <A, E>(
  topic: string,
  partition: number,
  records: ReadonlyArray<SentRecord>,
  send: Effect.Effect<A, E>
) => Effect.Effect<A, E>

const NANOS_PER_SECOND = 1e9

export const make: Effect.Effect<Observe> = Effect.gen(function*() {
  const context: Context.Context<never> = yield* Effect.context<never>()
  const clock = yield* Clock.Clock
  const service = yield* CurrentService
  const spans = yield* Spans.Spans
  const now = () => Number(clock.currentTimeNanosUnsafe()) / NANOS_PER_SECOND
  const metrics = service === undefined ? undefined : EngineMetrics.append[service]
  return (topic, partition, records, send) =>
    Effect.suspend(() => {
      const begun = now()
      const span = Spans.beginBatch(spans, `${topic} append`, "client", records.map(({ traceparent }) => traceparent), {
        "messaging.system": "kafka",
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": String(partition),
        "messaging.batch.message_count": records.length
      })
      return Effect.onExit(send, (exit) =>
        Effect.sync(() => {
          metrics?.duration.updateUnsafe(now() - begun, context)
          metrics?.batch.updateUnsafe(records.length, context)
          span?.end(Exit.isFailure(exit) ? "not acknowledged" : undefined)
        }))
    })
})
