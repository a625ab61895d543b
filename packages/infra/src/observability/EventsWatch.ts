/** Whether order events can be told, as a gauge. */
import { EventsTold, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { Effect, Layer, Metric, Schedule } from "effect"
import { ASK_EVERY } from "./Dependencies.ts"
import * as EventMetrics from "./metrics/EventMetrics.ts"

/** Asks for as long as the layer lives; not where none are told. */
export const layer: Layer.Layer<never, never, OrderEvents> = Layer.effectDiscard(
  Effect.gen(function*() {
    const events = yield* OrderEvents
    if ((yield* EventsTold) === "off") return
    const ask = Effect.flatMap(events.isUp, (isUp) => Metric.update(EventMetrics.up, isUp ? 1 : 0))
    yield* Effect.forkScoped(Effect.repeat(ask, Schedule.spaced(ASK_EVERY)))
  })
)
