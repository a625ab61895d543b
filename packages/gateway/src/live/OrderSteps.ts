/** How the stream of an order goes on, from what was sent last. Pure. */
import { OrderMoved } from "@flash-sale/domain/ports/LiveEvents"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import { isForward, type StatusStamp } from "@flash-sale/domain/records/StatusRule"
import { type Duration, Schema } from "effect"
import type { Moved } from "./FeedSubscribers.ts"
import * as Sse from "./Sse.ts"

/** How soon the status is read again: it is written a moment after its event. */
export const FIRST_READ = "1 second"

const encodeMoved = Schema.encodeSync(Schema.fromJsonString(OrderMoved))

/** The id of the event that tells this status. */
export const idOf = ({ attempt, confirmed, status }: StatusStamp): string =>
  `${attempt}-${status}${confirmed === true ? "-confirmed" : ""}`

/** Offsets are not compared: live events have none. */
export const stampOf = ({ attempt, confirmed, refund, refundDue, status }: StatusStamp): StatusStamp => ({
  attempt,
  status,
  ...(confirmed === undefined ? {} : { confirmed }),
  ...(refund === undefined ? {} : { refund }),
  ...(refundDue === undefined ? {} : { refundDue })
})

/** The status that was sent last, and how long to wait for the next move before the status is read again. */
export interface Waiting {
  readonly sent: StatusStamp
  /** The last read has failed, and the stream has said so. */
  readonly isAway: boolean
  readonly timeout: Duration.Input
}

/** What is sent at once, and what the stream waits for then. */
export type Step = readonly [texts: ReadonlyArray<string>, next: Waiting]

/** Until when it waits. */
export const waitAfter = (sent: StatusStamp, timeout: Duration.Input = Sse.HEARTBEAT, isAway = false): Waiting => ({
  sent,
  timeout,
  isAway
})

/** The events of those moves that go forwards, up to the one that is final. */
export const forwards = ({ isAway, sent }: Waiting, moves: ReadonlyArray<Moved>): Step => {
  const texts: Array<string> = []
  let now = sent
  for (const moved of moves) {
    if (isFinal(now.status) || !isForward(now, moved)) continue
    now = moved
    texts.push(Sse.event("change", idOf(moved), encodeMoved(moved)))
  }
  // What moved without another word, as a hold that was confirmed, is in the status a moment later.
  return texts.length === 0 ? [texts, waitAfter(sent, FIRST_READ, isAway)] : [texts, waitAfter(now)]
}
