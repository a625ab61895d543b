/** How webhooks are, for `/health` and for readiness. No gateway or processor depends on it. */
import { Effect } from "effect"
import { WebhookState } from "./work/WebhookState.ts"

/** Healthy: the archive answers, and the file is in force. An endpoint that fails is no fault of this process. */
export interface Health {
  readonly status: "healthy" | "unhealthy"
  readonly archive: boolean
  /** Endpoints of the file. */
  readonly endpoints: number
  /** Why the archive is away, and why the file is not in force; absent where nothing is wrong. */
  readonly problems?: ReadonlyArray<string>
}

export const check: Effect.Effect<Health, never, WebhookState> = Effect.map(
  WebhookState,
  ({ away, endpoints, fileTrouble }): Health => {
    const why = away()
    const trouble = fileTrouble()
    const problems = [
      ...(why === undefined ? [] : [`the archive is away: ${why}`]),
      ...(trouble === undefined ? [] : [`the endpoints stay as they were read before: ${trouble}`])
    ]
    return {
      status: problems.length === 0 ? "healthy" : "unhealthy",
      archive: why === undefined,
      endpoints: endpoints().length,
      ...(problems.length === 0 ? {} : { problems })
    }
  }
)

/** Whether a rollout may go on: the archive answers. */
export const isReady: Effect.Effect<boolean, never, WebhookState> = Effect.map(
  WebhookState,
  ({ away }) => away() === undefined
)
