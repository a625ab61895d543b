/** Metrics and the span of each send to the log: once for all records that it carries. */
import { Context, Effect, Exit } from "effect"
import * as Monotonic from "../../time/Monotonic.ts"
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

const MILLIS_PER_SECOND = 1_000

export const make: Effect.Effect<Observe> = Effect.gen(function*() {
  const context: Context.Context<never> = yield* Effect.context<never>()
  const monotonic = yield* Monotonic.reader
  const service = yield* CurrentService
  const spans = yield* Spans.Spans
  const metrics = service === undefined ? undefined : EngineMetrics.append[service]
  return (topic, partition, records, send) =>
    Effect.suspend(() => {
      const begun = monotonic()
      const span = Spans.beginBatch(spans, `${topic} append`, "client", records.map(({ traceparent }) => traceparent), {
        "messaging.system": "kafka",
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": String(partition),
        "messaging.batch.message_count": records.length
      })
      return Effect.onExit(send, (exit) =>
        Effect.sync(() => {
          metrics?.duration.updateUnsafe((monotonic() - begun) / MILLIS_PER_SECOND, context)
          metrics?.batch.updateUnsafe(records.length, context)
          span?.end(Exit.isFailure(exit) ? "not acknowledged" : undefined)
        }))
    })
})
