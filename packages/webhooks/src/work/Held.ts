/** An endpoint that this instance holds, while it does. One fiber of each kind changes it, and all read it. */
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { ActiveReplay, Failure, HeldEndpoint, LastAttempts } from "@flash-sale/domain/webhooks/Sending"
import { Effect, Queue, Semaphore } from "effect"
import * as Connections from "../send/Connections.ts"

export interface Held {
  readonly name: EndpointName
  /** Where the sending of new events begins. */
  readonly cursor: number
  isGone: boolean
  /** Another instance holds it now. */
  isLost: boolean
  /** Deliveries in rows that wait for their next attempt, as far as this instance knows. */
  waiting: number
  /** How often `waiting` was changed here. */
  changes: number
  /** New events that are under way, or have failed and stand in no row yet. */
  inWindow: number
  /** Test events that nobody has sent, and the replay that goes on. */
  tests: ReadonlyArray<string>
  replay: ActiveReplay | undefined
  /** The last attempts that the database was not told yet. */
  last: LastAttempts
  /** Each wakes one of its workers. */
  readonly wakeLive: Queue.Queue<void>
  readonly wakeRetries: Queue.Queue<void>
  /** One for each connection. */
  readonly places: Semaphore.Semaphore
}

export const make = (found: HeldEndpoint): Effect.Effect<Held> =>
  Effect.gen(function*() {
    return {
      name: found.name,
      cursor: found.cursor,
      isGone: found.isGone,
      isLost: false,
      waiting: found.waiting,
      changes: 0,
      inWindow: 0,
      tests: found.tests,
      replay: found.replay,
      last: { successAt: undefined, failure: undefined },
      wakeLive: yield* Queue.sliding<void>(1),
      wakeRetries: yield* Queue.sliding<void>(1),
      places: yield* Semaphore.make(Connections.MAX_CONNECTIONS)
    }
  })

export const wake = (held: Held): void => {
  Queue.offerUnsafe(held.wakeLive, undefined)
  Queue.offerUnsafe(held.wakeRetries, undefined)
}

/** Another instance holds it now: every worker of it ends. */
export const lose = (held: Held): void => {
  held.isLost = true
  wake(held)
}

/** So many more deliveries wait, or fewer. */
export const addWaiting = (held: Held, count: number): void => {
  held.waiting = Math.max(0, held.waiting + count)
  held.changes += 1
}

/** What the database says, which was asked after so many changes. */
export const update = (held: Held, found: HeldEndpoint, changes: number): void => {
  held.isGone = found.isGone
  if (held.changes === changes) held.waiting = found.waiting
  held.tests = found.tests
  held.replay = found.replay
  wake(held)
}

/** An attempt is over, at `at`. */
export const note = (held: Held, at: number, failure: Failure | undefined): void => {
  held.last = failure === undefined ? { ...held.last, successAt: at } : { ...held.last, failure }
}

/** The last attempts, which are told to the database now. */
export const takeLast = (held: Held): LastAttempts => {
  const { last } = held
  held.last = { successAt: undefined, failure: undefined }
  return last
}
