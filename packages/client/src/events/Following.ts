/** Follows a stream of events over as many connections as it takes. */
import { FlashSaleError } from "../http/FlashSaleError.ts"
import { afterNamed, backoff } from "../retry/RetryDecision.ts"
import type { Context } from "../retry/Retrying.ts"
import { readObject, textOf } from "../wire/Json.ts"
import { connect, type EventConnection } from "./EventConnection.ts"
import type { EventBounds, ServerEvent } from "./EventParser.ts"

/** The longest silence, in milliseconds: the engine sends a comment each 15 s, so three of them were lost. */
const SILENCE_MILLIS = 45_000
/** How long the engine may be away before a stream is given up, in milliseconds. */
export const MAX_OUTAGE_MILLIS = 300_000
/** When to reconnect where no stream has said so, in milliseconds. */
const RETRY_MILLIS = 1_000
/** What a stream may say of that, in milliseconds: less or more is taken as these. */
const [LEAST_RETRY_MILLIS, MOST_RETRY_MILLIS] = [100, 15_000]
/** The longest pause between two connections, in milliseconds. */
const MAX_PAUSE_MILLIS = 2 * MOST_RETRY_MILLIS

/** What is kept from one connection to the next. */
interface Place {
  lastEventId: string
  retryMillis: number
  /** Connections in a row that brought nothing. */
  failures: number
  /** When the last connection was alive. */
  heard: number
}

const bounded = (retryMillis: number): number => Math.min(MOST_RETRY_MILLIS, Math.max(LEAST_RETRY_MILLIS, retryMillis))

export interface FollowOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * Hears each time why nothing new is told: no connection could be made, or it broke, or the engine says that it
   * cannot read what the stream is about. The next event says that this is over.
   */
  readonly onFailed?: ((error: FlashSaleError) => void) | undefined
}

/** The event by which the engine says why it tells nothing new for a while. */
const UNAVAILABLE = "unavailable"

const unavailable = ({ data }: ServerEvent): FlashSaleError => {
  const code = textOf(readObject(data)?.["code"]) ?? "unexpected_answer"
  return new FlashSaleError("the engine cannot read what the stream is about", { code, status: 503, retryable: true })
}

/** The events of one connection. Ends with its end, which says nothing about the events that are to come. */
async function* eventsOf(
  connection: EventConnection,
  place: Place,
  { timing }: Context,
  onFailed: FollowOptions["onFailed"]
): AsyncGenerator<ServerEvent, void> {
  try {
    while (true) {
      const events = await connection.next(SILENCE_MILLIS)
      if (events === undefined) return
      place.failures = 0
      place.retryMillis = bounded(connection.parser.retryMillis ?? place.retryMillis)
      for (const event of events) {
        if (event.name === UNAVAILABLE) onFailed?.(unavailable(event))
        else yield event
      }
      // Only now, as the reader may have taken its time, or have gone before it had them all.
      place.lastEventId = connection.parser.lastEventId
      place.heard = timing.now()
    }
  } finally {
    connection.close()
  }
}

/** From the time that the stream named, or the engine where that is longer, to twice as long. */
const pauseOf = (failed: FlashSaleError | undefined, place: Place, chance: number): number => {
  const named = failed?.retryAfterMillis
  const own = backoff(place.failures, { baseMillis: 2 * place.retryMillis, maxMillis: MAX_PAUSE_MILLIS }, chance)
  return named === undefined ? own : Math.max(own, afterNamed(named, chance))
}

const silent = () =>
  new FlashSaleError("the stream ends each time before it says anything", {
    code: "unexpected_answer",
    status: 200,
    retryable: true
  })

/**
 * The events of the stream at this path, in their order. Where the connection ends it is made again, from after the
 * last event on. Ends when the engine says that no more will come.
 *
 * What does not end it is told to `onFailed`: it may go on for long, and whoever shows what came must say that this is
 * old.
 *
 * Fails where a refusal is not `retryable`, and with the last error when nothing was heard for `MAX_OUTAGE_MILLIS`.
 */
export async function* follow(
  context: Context,
  path: string,
  { onFailed, signal }: FollowOptions,
  bounds?: EventBounds
): AsyncGenerator<ServerEvent, void> {
  const { timing } = context
  const place: Place = { lastEventId: "", retryMillis: RETRY_MILLIS, failures: 0, heard: timing.now() }
  while (true) {
    let failed: FlashSaleError | undefined
    try {
      const connection = await connect(context, path, place.lastEventId, signal, bounds)
      if (connection === undefined) return
      yield* eventsOf(connection, place, context, onFailed)
    } catch (error) {
      if (!(error instanceof FlashSaleError && error.retryable)) throw error
      failed = error
      onFailed?.(error)
    }
    place.failures++
    const pause = pauseOf(failed, place, timing.chance())
    if (timing.now() - place.heard + pause > MAX_OUTAGE_MILLIS) throw failed ?? silent()
    await timing.pause(pause, signal)
  }
}
