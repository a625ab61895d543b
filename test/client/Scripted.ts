/** A `fetch` that gives what a test tells it to, one after the other, and a time in which pauses cost nothing. */
import type { Timing } from "../../packages/client/src/time/Timing.ts"

/** What one request is answered; throws where no answer comes. */
export type Step = (init: RequestInit) => Response | Promise<Response>

export interface Sent {
  readonly url: string
  readonly method: string | undefined
  readonly headers: Headers
  /** Undefined where there was none. */
  readonly body: unknown
  readonly redirect: RequestInit["redirect"]
  readonly credentials: RequestInit["credentials"]
}

export const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Step => () =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } })

/** A refusal of the engine. */
export const refused = (status: number, code: string, retryable: boolean, more: object = {}): Step =>
  json(status, { error: "Refused", code, retryable, correlation_id: `c-${code}`, ...more })

/** The connection breaks before an answer comes. */
export const broken: Step = () => {
  throw new TypeError("fetch failed")
}

/** Never answers, and ends when it is told to. */
export const silent: Step = ({ signal }) =>
  new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)))

const bytes = (text: string) => new TextEncoder().encode(text)

/** A stream of these pieces, which then ends; with `breaks` its connection breaks, with `stays` nothing more comes. */
export const stream =
  (pieces: ReadonlyArray<string>, end: "ends" | "breaks" | "stays" = "ends"): Step => ({ signal }) => {
    const left = [...pieces]
    const source: NonNullable<ConstructorParameters<typeof ReadableStream<Uint8Array>>[0]> = {
      start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
      pull: (controller) => {
        const piece = left.shift()
        if (piece !== undefined) controller.enqueue(bytes(piece))
        else if (end === "ends") controller.close()
        else if (end === "breaks") controller.error(new TypeError("terminated"))
      }
    }
    return new Response(new ReadableStream(source, { highWaterMark: 0 }), {
      headers: { "content-type": "text/event-stream" }
    })
  }

export const sse = (name: string, id: string | undefined, data: object): string =>
  `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`

/** Fails a request that the test did not expect. */
export const scripted = (...steps: ReadonlyArray<Step>) => {
  const sent: Array<Sent> = []
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const step = steps[sent.length]
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined
    const { credentials, method, redirect } = init
    sent.push({ url, method, headers: new Headers(init.headers), body, redirect, credentials })
    if (step === undefined) throw new Error(`request ${sent.length} was not expected: ${url}`)
    return step(init)
  }
  return { fetch, sent }
}

/** Time moves by pauses alone; chance is always the same. */
export const virtual = (chance = 0) => {
  const pauses: Array<number> = []
  let now = 0
  const timing: Timing = {
    now: () => now,
    pause: async (millis, signal) => {
      signal?.throwIfAborted()
      pauses.push(millis)
      now += millis
    },
    chance: () => chance
  }
  return {
    timing,
    pauses,
    pass: (millis: number) => {
      now += millis
    }
  }
}
