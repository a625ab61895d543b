/** What a feed delivers at once: a snapshot of an item, its next changes, or that it cannot be read. */
import type { UnavailableCode } from "@flash-sale/domain/api/Errors"
import type { ItemCounts } from "@flash-sale/domain/api/LiveApi"
import type { LiveEvent } from "@flash-sale/domain/ports/LiveEvents"
import * as Sse from "./Sse.ts"

/** One round, encoded once for all subscribers. */
export interface FeedRound {
  readonly text: string
  /** None where it is no change. */
  readonly events: ReadonlyArray<LiveEvent>
}

/** Three whole numbers need no codec, and there are many of them. */
const encodeCounts = ({ available, held, sold }: typeof ItemCounts.Type): string =>
  JSON.stringify({ available, held, sold })

/** One event of an item as a change. */
export const change = ({ event, id }: LiveEvent): string => Sse.event("change", id, encodeCounts(event))

export const ofEvents = (events: ReadonlyArray<LiveEvent>): FeedRound => ({ text: events.map(change).join(""), events })

export const ofSnapshot = (text: string): FeedRound => ({ text, events: [] })

export const ofUnavailable = (code: UnavailableCode): FeedRound => ({ text: Sse.unavailable(code), events: [] })
