/** How the filling of the archive is, for `/health` and for readiness. No gateway or processor depends on it. */
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { Effect } from "effect"
import { ArchiveState } from "./intake/ArchiveState.ts"
import * as Lag from "./intake/Lag.ts"

/** Healthy: the archive and the events answer. To be behind is no fault: docs/operations.md. */
export interface Health {
  readonly status: "healthy" | "unhealthy"
  readonly archive: boolean
  readonly kafka: boolean
  /** Partitions of the events that this process folds. */
  readonly partitions: number
  readonly lag_seconds: number
  /** Why the archive is away, and what keeps events from being told; absent where nothing is wrong. */
  readonly problems?: ReadonlyArray<string>
}

export const check: Effect.Effect<Health, never, OrderEvents | ArchiveState> = Effect.gen(function*() {
  const { isUp, warnings } = yield* OrderEvents
  const state = yield* ArchiveState
  const kafka = yield* isUp
  const away = state.away()
  const problems = [...(away === undefined ? [] : [`the archive is away: ${away}`]), ...yield* warnings]
  return {
    status: kafka && problems.length === 0 ? "healthy" : "unhealthy",
    archive: away === undefined,
    kafka,
    partitions: state.partitions().size,
    lag_seconds: Lag.worst(state.partitions().values()),
    ...(problems.length === 0 ? {} : { problems })
  }
})

/** Whether a rollout may go on: the archive answers. With no partition yet it is ready, as others may have them all. */
export const isReady: Effect.Effect<boolean, never, ArchiveState> = Effect.map(
  ArchiveState,
  ({ away }) => away() === undefined
)
