/** What a process of webhooks works with. Moments are milliseconds since 1970 (UTC). */
import type { EndpointName } from "./Endpoint.ts"
import type { Replayed } from "./Standing.ts"

/** An endpoint as its file lists it, without its secrets. */
export interface ListedEndpoint {
  readonly name: EndpointName
  readonly url: string
  readonly events: ReadonlyArray<string>
  readonly isDisabled: boolean
}

/** An event that is archived. */
export interface ArchivedEvent {
  /** Its number among all entries, in the order in which they were archived. */
  readonly entry: number
  readonly id: string
  readonly type: string
  /** Its time. */
  readonly at: number
  /** Empty where it is about no item, or no order. */
  readonly itemId: string
  readonly requestId: string
  /** The event, byte for byte. */
  readonly body: string
}

/** Events after a cursor, in order. */
export interface EventPage {
  readonly events: ReadonlyArray<ArchivedEvent>
  /** The number up to which entries were looked at: some are no events. */
  readonly upTo: number
}

/** A delivery that waits. */
export interface WaitingDelivery {
  readonly n: number
  readonly event: ArchivedEvent
  readonly attempts: number
}

/** What an attempt that failed has left. */
export interface Failure {
  /** When it is tried again; undefined where it is dead. */
  readonly dueAt: number | undefined
  readonly at: number
  readonly status: number | undefined
  readonly error: string
}

/** The last attempts of an endpoint; undefined where there was none since it was last said. */
export interface LastAttempts {
  readonly successAt: number | undefined
  readonly failure: Failure | undefined
}

export interface ActiveReplay {
  readonly id: number
  readonly replayed: Replayed
  /** What was looked through so far, and the end. */
  readonly cursor: number
  readonly last: number
}

/** What an endpoint was not told yet. */
export interface EndpointBacklog {
  readonly name: EndpointName
  readonly waiting: number
  /** The time of the first event behind the cursor, and when the oldest delivery that waits failed first. */
  readonly behindSince: number | undefined
  readonly waitingSince: number | undefined
}

/** One step of forgetting endpoints that have left the file. */
export interface Forgotten {
  /** The endpoint of which nothing is kept any more, with this step. */
  readonly name: EndpointName | undefined
  /** Whether there is nothing to forget now. */
  readonly isDone: boolean
}

/** An endpoint that this instance delivers to, as it stands. */
export interface HeldEndpoint extends EndpointBacklog {
  readonly cursor: number
  readonly isGone: boolean
  readonly dead: number
  /** Test events that are asked for. */
  readonly tests: ReadonlyArray<string>
  /** The oldest replay that is not done. */
  readonly replay: ActiveReplay | undefined
}

/** Who delivers, for how long after the database was last told. */
export interface Holder {
  readonly name: string
  readonly leaseMillis: number
  /** Whether it asks for endpoints of those who hold more, beside taking those that nobody holds. */
  readonly asks: boolean
}

export interface TestResult {
  readonly doneAt: number
  readonly isDelivered: boolean
  readonly status: number | undefined
  readonly error: string | undefined
  readonly tookMillis: number
}
