/** Sends one request, once. */
import { TimedOut, within } from "../time/Deadline.ts"
import { type Answer, readAnswer, unexpected } from "./Answer.ts"
import { checkToken, type Settings, type Token } from "./ClientOptions.ts"
import { FlashSaleError } from "./FlashSaleError.ts"

export interface Call {
  readonly method: "GET" | "POST" | "PATCH"
  /** From the slash on. */
  readonly path: string
  readonly accept: "application/json" | "text/event-stream"
  /** JSON. */
  readonly body?: string
  /** The id of the last event that was seen; "" and undefined are none. */
  readonly lastEventId?: string
  /** The caller's own name for a change, under which it counts once. */
  readonly idempotencyKey?: string
}

const askToken = async (token: Token | undefined): Promise<string | undefined> => {
  if (token === undefined) return undefined
  try {
    return checkToken(typeof token === "string" ? token : await token())
  } catch (cause) {
    throw new FlashSaleError("the token could not be had", { code: "token_unavailable", cause })
  }
}

const headersOf = (call: Call, token: string | undefined): Record<string, string> => ({
  accept: call.accept,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(call.body === undefined ? {} : { "content-type": "application/json" }),
  ...(call.lastEventId === undefined || call.lastEventId === "" ? {} : { "last-event-id": call.lastEventId }),
  ...(call.idempotencyKey === undefined ? {} : { "idempotency-key": call.idempotencyKey })
})

/** How far a request has come: whether any of it may have reached the engine. */
export interface Progress {
  isSent: boolean
}

/**
 * Sends a request, and gives the answer when its headers are there. No redirect is followed: an order is for the
 * engine that was named, and so is the token. No cookie is sent, and no cache is asked.
 */
export const open = async (
  settings: Settings,
  call: Call,
  signal: AbortSignal,
  progress: Progress
): Promise<Response> => {
  const token = await askToken(settings.token)
  signal.throwIfAborted()
  progress.isSent = true
  const response = await settings.fetch(`${settings.baseUrl}${call.path}`, {
    method: call.method,
    headers: headersOf(call, token),
    ...(call.body === undefined ? {} : { body: call.body }),
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
    signal
  })
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel()
    throw unexpected(response, "the answer leads elsewhere; baseUrl must be where the engine is")
  }
  return response
}

/**
 * What a failure of the platform is: `fetch` fails with errors of its own where no answer came. Where the time was over
 * before anything was sent, it was the token that did not come.
 */
export const asError = (error: unknown, outer: AbortSignal | undefined, { isSent }: Progress): unknown => {
  if (outer?.aborted === true) return outer.reason
  if (error instanceof FlashSaleError) return error
  if (error instanceof TimedOut && !isSent) {
    const message = `the token could not be had, ${error.message}`
    return new FlashSaleError(message, { code: "token_unavailable", retryable: true, cause: error })
  }
  if (error instanceof TimedOut) {
    return new FlashSaleError(`no answer, ${error.message}`, { code: "timeout", retryable: true, cause: error })
  }
  return new FlashSaleError("no answer came", { code: "network_error", retryable: true, cause: error })
}

/**
 * Sends a request and reads its answer, whatever its status, within so many milliseconds.
 *
 * Fails with a `FlashSaleError` where no answer came, and with the reason of the signal where that is aborted.
 */
export const send = async (
  settings: Settings,
  call: Call,
  millis: number,
  outer: AbortSignal | undefined,
  maxBytes?: number
): Promise<Answer> => {
  const progress: Progress = { isSent: false }
  try {
    return await within(
      millis,
      outer,
      async (signal) => readAnswer(await open(settings, call, signal, progress), maxBytes)
    )
  } catch (error) {
    throw asError(error, outer, progress)
  }
}
