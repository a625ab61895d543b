/** One connection to a stream of events, from its opening to its end. */
import { readAnswer, refusal, unexpected } from "../http/Answer.ts"
import { FlashSaleError } from "../http/FlashSaleError.ts"
import { asError, open, type Progress } from "../http/Transport.ts"
import type { Context } from "../retry/Retrying.ts"
import { within } from "../time/Deadline.ts"
import { type EventBounds, EventParser, type ServerEvent } from "./EventParser.ts"
import { TooLong } from "./LineSplitter.ts"

export interface EventConnection {
  /**
   * The next events; undefined at the end of the stream. May be none, as for a comment. Fails where nothing comes for
   * so many milliseconds.
   */
  readonly next: (silenceMillis: number) => Promise<ReadonlyArray<ServerEvent> | undefined>
  readonly parser: EventParser
  /** Ends the connection. Twice is once. */
  readonly close: () => void
}

const checkStream = async (response: Response): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
  if (response.status !== 200) throw refusal(await readAnswer(response))
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase()
  if (type !== "text/event-stream" || response.body === null) {
    await response.body?.cancel()
    throw unexpected(response, "the answer is no stream of events")
  }
  return response.body.getReader()
}

/**
 * Opens the stream at this path, from after `lastEventId` on; undefined where no more events will come (204).
 *
 * Fails as `send` does, and where the answer is a refusal.
 */
export const connect = async (
  { settings }: Context,
  path: string,
  lastEventId: string,
  outer: AbortSignal | undefined,
  bounds?: EventBounds
): Promise<EventConnection | undefined> => {
  const controller = new AbortController()
  const close = () => {
    outer?.removeEventListener("abort", close)
    controller.abort()
  }
  const progress: Progress = { isSent: false }
  try {
    const reader = await within(settings.timeoutMillis, outer, async (signal) => {
      signal.addEventListener("abort", close, { once: true })
      const call = { method: "GET", path, accept: "text/event-stream", lastEventId } as const
      const response = await open(settings, call, controller.signal, progress)
      return response.status === 204 ? undefined : checkStream(response)
    })
    if (reader === undefined) return undefined
    outer?.addEventListener("abort", close)
    const parser = new EventParser(lastEventId, bounds)
    return { next: (silence) => nextEvents(reader, parser, silence, outer), parser, close }
  } catch (error) {
    close()
    throw asError(error, outer, progress)
  }
}

const nextEvents = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  parser: EventParser,
  silence: number,
  outer: AbortSignal | undefined
): Promise<ReadonlyArray<ServerEvent> | undefined> => {
  try {
    const { done, value } = await within(silence, outer, () => reader.read())
    return done ? undefined : parser.push(value)
  } catch (error) {
    if (error instanceof TooLong) {
      throw new FlashSaleError(error.message, { code: "unexpected_answer", status: 200, cause: error })
    }
    throw asError(error, outer, { isSent: true })
  }
}
