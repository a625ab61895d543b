/**
 * New orders are refused while the store has little room left: each takes some, and a store without any stops the
 * orders that are under way as well. Why: docs/decisions/0032-a-request-id-used-again.md.
 *
 * **Details**: the store is asked in the background. While it does not answer, what it said last holds.
 */
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import { FULL_AT, StoreRoom } from "@flash-sale/infra/resilience/StoreRoom"
import { Context, Duration, Effect, Layer, Metric, Schedule } from "effect"
import { StoreBreaker } from "./StoreBreaker.ts"

/** The share below which orders are taken again: lower, so that the edge does not let them in by ones. */
export const OPEN_BELOW = 0.8
/** How often the store is asked. */
export const ASK_EVERY = Duration.seconds(1)

export class StoreRoomGuard extends Context.Service<StoreRoomGuard, {
  /** Whether new orders are refused now. */
  readonly isShort: () => boolean
}>()("@flash-sale/gateway/guards/StoreRoomGuard") {}

/** Whether new orders are refused from now on, by whether they were, and the share that is used now. */
export const isShortAt = (was: boolean, used: number | undefined): boolean =>
  used !== undefined && used >= (was ? OPEN_BELOW : FULL_AT)

const percent = (share: number | undefined): string => share === undefined ? "none" : `${Math.floor(share * 100)} %`

const tell = (isShort: boolean, used: number | undefined) =>
  isShort
    ? Log.warn(
      `The store uses ${percent(used)} of its memory: new orders are refused until it is below ` +
        `${percent(OPEN_BELOW)}; give it more (maxmemory)`,
      { event: "store_memory_short" }
    )
    : Log.warn(`The store uses ${percent(used)} of its memory: orders are taken again`, {
      event: "store_memory_enough"
    })

export const layer: Layer.Layer<StoreRoomGuard, never, StoreBreaker> = Layer.effect(
  StoreRoomGuard,
  Effect.gen(function*() {
    const room = yield* StoreRoom
    const storeBreaker = yield* StoreBreaker
    let isShort = false
    const look = Effect.gen(function*() {
      const used = yield* storeBreaker.askAside(room.used)
      yield* Metric.update(EngineMetrics.storeMemoryUsed, used ?? 0)
      const before = isShort
      isShort = isShortAt(before, used)
      if (isShort !== before) yield* tell(isShort, used)
    }).pipe(outlivingBugs("the look at the store's memory"), Effect.ignore)
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(ASK_EVERY)))
    return { isShort: () => isShort }
  })
)
