/** What is known of endpoints and of their deliveries, for those who ask. Times are milliseconds since 1970 (UTC). */
import type { EndpointName } from "./Endpoint.ts"

/** The most deliveries of one endpoint that wait for their next attempt: then it stands still at its cursor. */
export const MAX_WAITING = 10_000
/** The most dead deliveries of one endpoint that are kept: the oldest go first. */
export const MAX_DEAD = 50_000
/** Events that are older than this when their turn comes are passed over: only a replay sends them. */
export const MAX_AGE_MILLIS = 4 * 24 * 60 * 60 * 1_000
/** How long what is kept of an endpoint that has left the file stays, in milliseconds. */
export const UNLISTED_KEPT_MILLIS = 30 * 24 * 60 * 60 * 1_000
/** The most ids of one replay. */
export const MAX_REPLAYED_IDS = 200
/** The most archived entries, from the last one back, among which the events of a replay by times are counted. */
export const MAX_COUNTED = 100_000

/**
 * How an endpoint is, the first that applies:
 *
 * - `unlisted`: it was in the file, and is not any more. Its cursor and rows are kept for `UNLISTED_KEPT_MILLIS`.
 * - `disabled`: the file says so.
 * - `gone`: it answered 410. It is delivered to again when its url in the file changes, or an operator enables it.
 * - `full`: as many deliveries wait as may wait. Nothing new is sent until one of them is over; retries go on.
 * - `unheld`: no instance delivers to it now.
 * - `delivering`.
 */
export type EndpointCondition = "unlisted" | "disabled" | "gone" | "full" | "unheld" | "delivering"

export interface EndpointStanding {
  readonly name: EndpointName
  readonly url: string
  /** Globs of the types that it is told. */
  readonly events: ReadonlyArray<string>
  readonly condition: EndpointCondition
  /** Deliveries that have failed and are tried again. */
  readonly waiting: number
  /** Deliveries that are given up and kept, until a replay. */
  readonly dead: number
  /** Of the oldest event that it was not told yet: its time, or when it failed first; undefined where there is none. */
  readonly oldestAt: number | undefined
  readonly lastSuccessAt: number | undefined
  readonly lastFailureAt: number | undefined
  /** Why the last attempt that failed did: `500`, or words. */
  readonly lastFailure: string | undefined
  /** When it answered 410. */
  readonly goneAt: number | undefined
  /** The instance that delivers to it. */
  readonly holder: string | undefined
  /** Replays that are not done yet. */
  readonly replays: number
}

export type DeliveryState = "waiting" | "dead"

/** A delivery that has failed at least once, or that a replay has asked for. What succeeded is not kept. */
export interface WebhookDelivery {
  readonly endpoint: EndpointName
  /** The id of the event, which is its `webhook-id`. */
  readonly eventId: string
  readonly type: string
  readonly itemId: string | undefined
  readonly requestId: string | undefined
  readonly state: DeliveryState
  readonly attempts: number
  /** When it is tried again; undefined where it is dead. */
  readonly dueAt: number | undefined
  /** When it failed first. */
  readonly createdAt: number
  readonly lastAttemptAt: number | undefined
  /** The status of the last answer; undefined where there was none. */
  readonly status: number | undefined
  /** Why the last attempt failed, in words that show nothing of the answer's body. */
  readonly error: string | undefined
}

/** Which deliveries: all conditions hold together. */
export interface DeliveryFilter {
  readonly endpoint?: EndpointName | undefined
  readonly state?: DeliveryState | undefined
}

/**
 * What a replay sends again. `Ids`: these events, whether they were delivered or not, at most `MAX_REPLAYED_IDS`; each
 * is archived when it is asked for. `Dead`: every delivery that is dead when the replay begins. `Times`: every
 * event of the types that the endpoint is told with a time at or after `from` and before `until`.
 */
export type Replayed =
  | { readonly _tag: "Ids"; readonly ids: ReadonlyArray<string> }
  | { readonly _tag: "Dead" }
  | { readonly _tag: "Times"; readonly from: number; readonly until: number }

/** What a replay would send now: `isAll` is false where there may be more. */
export interface ReplayCount {
  readonly events: number
  readonly isAll: boolean
}

export interface ReplayStanding {
  readonly id: number
  readonly endpoint: EndpointName
  readonly replayed: Replayed
  readonly by: string
  readonly reason: string | undefined
  readonly askedAt: number
  /** Undefined while it goes on. */
  readonly doneAt: number | undefined
  /** Deliveries that it has begun so far. */
  readonly sent: number
}

/** What became of a test event. Both are undefined while nobody has sent it. */
export interface TestOutcome {
  /** Its `webhook-id`: `test-<uuid>`. */
  readonly id: string
  readonly endpoint: EndpointName
  readonly askedAt: number
  readonly doneAt: number | undefined
  /** Whether it was answered with 2xx; undefined while nobody has sent it. */
  readonly isDelivered: boolean | undefined
  readonly status: number | undefined
  readonly error: string | undefined
  /** How long the exchange took, in milliseconds. */
  readonly tookMillis: number | undefined
}
