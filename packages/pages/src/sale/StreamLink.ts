/** Whether a stream of events is connected now: the client makes its connections again without a word. */
import type { Fetch } from "@flash-sale/client"

/** The same bytes; says when they end, or break off. */
const passedOn = (body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> => {
  const reader = body.getReader()
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      onEnd()
    },
    cancel: (reason) => reader.cancel(reason)
    // Nothing is read ahead: the end is told after what has come before it.
  }, { highWaterMark: 0 })
}

const isStream = ({ headers, ok }: Response): boolean =>
  ok && headers.get("content-type")?.startsWith("text/event-stream") === true

/** This `fetch`, which says each time whether a stream is there. */
export const linked =
  (onLink: (isThere: boolean) => void, fetch: Fetch = (url, init) => globalThis.fetch(url, init)): Fetch =>
  async (url, init) => {
    try {
      const response = await fetch(url, init)
      const { body, headers, status } = response
      onLink(isStream(response))
      if (!isStream(response) || body === null) return response
      return new Response(passedOn(body, () => onLink(false)), { status, headers })
    } catch (error) {
      onLink(false)
      throw error
    }
  }
