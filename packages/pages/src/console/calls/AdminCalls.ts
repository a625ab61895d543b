/** Calls of the admin API, by the means of the client: bounds, refusals as errors, and streams by `fetch`. */
import type { ServerEvent } from "@flash-sale/client/events/EventParser.ts"
import { follow, type FollowOptions } from "@flash-sale/client/events/Following.ts"
import { refusal, unexpected } from "@flash-sale/client/http/Answer.ts"
import { check, type Settings } from "@flash-sale/client/http/ClientOptions.ts"
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { type Call, send } from "@flash-sale/client/http/Transport.ts"
import { timing } from "@flash-sale/client/time/Timing.ts"
import { linked } from "../../sale/StreamLink.ts"
import { AGAIN, Reachability, spread } from "./Reachability.ts"

/** How long a read may take, in milliseconds. */
const READ_MILLIS = 20_000
/** How long a change may take: one of every item is given a minute by the engine. */
const CHANGE_MILLIS = 90_000
/** The largest answer that is taken, in bytes: what would become of 10,000 dead letters with the longest names. */
const MAX_BYTES = 16 * 1024 * 1024
/** The longest that an event of the overview may be: it names 200 instances at the most. */
const BOUNDS = { line: 2 * 1024 * 1024, event: 2 * 1024 * 1024 }

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Sent {
  readonly body: object
  /** Under which it counts once, where the endpoint knows that. */
  readonly idempotencyKey?: string
}

export interface AdminCallsOptions {
  /** Where the engine is. */
  readonly origin: string
  readonly key: string
  /** The key is not valid any more. */
  readonly onRejected: (error: FlashSaleError) => void
}

/** A part of a path. */
export const part = encodeURIComponent

const withQuery = (path: string, query: Query): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value))
  }
  return search.size === 0 ? path : `${path}?${search}`
}

/** Each fails with a `FlashSaleError`, or with the reason of its signal. */
export class AdminCalls {
  /** Whether the engine answers. */
  readonly reach = new Reachability()
  readonly #options: AdminCallsOptions
  readonly #settings: Settings

  constructor(options: AdminCallsOptions) {
    const { key, origin } = options
    this.#options = options
    this.#settings = check({ baseUrl: `${origin}/admin/v1`, token: key })
  }

  get<A>(path: string, signal: AbortSignal, query: Query = {}, millis = READ_MILLIS): Promise<A> {
    return this.#send({ method: "GET", path: withQuery(path, query), accept: "application/json" }, millis, signal)
  }

  change<A>(method: "POST" | "PATCH", path: string, { body, idempotencyKey }: Sent, signal?: AbortSignal): Promise<A> {
    const call: Call = {
      method,
      path,
      accept: "application/json",
      body: JSON.stringify(body),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey })
    }
    return this.#send(call, CHANGE_MILLIS, signal)
  }

  /** The events of a stream, over every outage that it survives. `onLink` hears whether it is there. */
  async *events(
    path: string,
    options: FollowOptions,
    onLink: (isThere: boolean) => void
  ): AsyncGenerator<ServerEvent> {
    const settings = { ...this.#settings, fetch: linked(onLink) }
    // A person waits: the engine is asked again soon, however often it did not answer.
    const pause = async (millis: number, signal = new AbortController().signal) => {
      await this.reach.wait(Math.min(millis, spread(AGAIN)), signal)
      signal.throwIfAborted()
    }
    try {
      yield* follow({ settings, timing: { ...timing, pause } }, path, options, BOUNDS)
    } catch (error) {
      throw this.#seen(error)
    }
  }

  async #send<A>(call: Call, millis: number, signal: AbortSignal | undefined): Promise<A> {
    try {
      const answer = await send(this.#settings, call, millis, signal, MAX_BYTES)
      this.reach.answered()
      if (answer.status >= 400) throw refusal(answer)
      if (answer.body === undefined) throw unexpected(answer, "the answer is not the engine's")
      return answer.body as A
    } catch (error) {
      throw this.#seen(error)
    }
  }

  #seen(error: unknown): unknown {
    this.reach.failed(error)
    if (error instanceof FlashSaleError && error.status === 401) this.#options.onRejected(error)
    return error
  }
}
