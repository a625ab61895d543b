/** How a client is set up, and what is refused. */
import { MAX_MILLIS } from "../time/Deadline.ts"

/** How often, and for how long, a call is sent again that failed and may succeed. */
export interface RetryPolicy {
  /** How often a call is sent at the most, the first time included. 1 sends nothing again. */
  readonly attempts: number
  /** How long a call may take in all, its pauses included, in milliseconds. */
  readonly totalMillis: number
  /** The first pause where the engine named none, in milliseconds; each further one is twice as long. */
  readonly baseMillis: number
  /** The longest pause where the engine named none, in milliseconds. */
  readonly maxMillis: number
}

/** A token, or what gives one: it is asked before each request, as buyers' tokens expire. */
export type Token = string | (() => string | Promise<string>)

/** `fetch`, as far as it is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface ClientOptions {
  /** Where the engine is: `https://orders.shop.example`. A path in it stays in front of all paths. */
  readonly baseUrl: string | URL
  /** Sent as `Authorization: Bearer`: the key of a shop's server, or the token of one buyer. */
  readonly token?: Token | undefined
  /** In place of the platform's. */
  readonly fetch?: Fetch | undefined
  /** How long one attempt may take, in milliseconds: 10,000 where it is not given. */
  readonly timeoutMillis?: number | undefined
  /** 5 attempts within 30,000 ms, with pauses of 200 to 5,000 ms, where it is not given. */
  readonly retry?: Partial<RetryPolicy> | undefined
}

/** The options, checked, with what was left out. */
export interface Settings {
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly token: Token | undefined
  readonly fetch: Fetch
  readonly timeoutMillis: number
  readonly retry: RetryPolicy
}

const TIMEOUT_MILLIS = 10_000
const RETRY: RetryPolicy = { attempts: 5, totalMillis: 30_000, baseMillis: 200, maxMillis: 5_000 }
/** The most attempts that can be asked for. */
const MAX_ATTEMPTS = 100

const parse = (given: string | URL): URL | undefined => {
  try {
    return new URL(given)
  } catch {
    return undefined
  }
}

const origin = (given: string | URL): string => {
  const url = parse(given)
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError("baseUrl: must be an address of http or https, such as https://orders.shop.example")
  }
  if (url.username !== "" || url.password !== "") throw new TypeError("baseUrl: must have no user and no password")
  if (url.search !== "" || url.hash !== "") throw new TypeError("baseUrl: must have no query and no fragment")
  return url.href.replace(/\/+$/, "")
}

/** A whole number from 1 to `most`. */
export const whole = (name: string, value: number | undefined, otherwise: number, most = MAX_MILLIS): number => {
  if (value === undefined) return otherwise
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new TypeError(`${name}: must be a whole number from 1 to ${most}`)
}

/** Checks the options. Throws a `TypeError` that names what is wrong, and never the token. */
export const check = (options: ClientOptions): Settings => {
  const { fetch, retry = {}, timeoutMillis, token } = options
  if (fetch !== undefined && typeof fetch !== "function") throw new TypeError("fetch: must be a function")
  if (typeof token === "string") checkToken(token)
  else if (token !== undefined && typeof token !== "function") {
    throw new TypeError("token: must be a text, or a function that gives one")
  }
  return {
    baseUrl: origin(options.baseUrl),
    token,
    // Called without an owner, as browsers demand.
    fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMillis: whole("timeoutMillis", timeoutMillis, TIMEOUT_MILLIS),
    retry: {
      attempts: whole("retry.attempts", retry.attempts, RETRY.attempts, MAX_ATTEMPTS),
      totalMillis: whole("retry.totalMillis", retry.totalMillis, RETRY.totalMillis),
      baseMillis: whole("retry.baseMillis", retry.baseMillis, RETRY.baseMillis),
      maxMillis: whole("retry.maxMillis", retry.maxMillis, RETRY.maxMillis)
    }
  }
}

/** Checked here, as the platform's own error for a wrong header shows its value. */
export const checkToken = (token: unknown): string => {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token
  throw new TypeError("token: must be text of visible ASCII characters without spaces")
}
