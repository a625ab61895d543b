/** What the answer of an endpoint means for its delivery. Pure. */

/** What became of one attempt. */
export type Attempt =
  | { readonly _tag: "Delivered"; readonly status: number }
  | {
    readonly _tag: "Failed"
    /** Undefined where there was no answer. */
    readonly status: number | undefined
    /** In words that show nothing of the answer's body. */
    readonly error: string
    /** How long the endpoint asks to be left alone, in milliseconds; 0 where it does not. */
    readonly retryAfter: number
  }
  /** The endpoint wants nothing any more. */
  | { readonly _tag: "Gone"; readonly status: number; readonly error: string }

const GONE = 410
/** The statuses with which `Retry-After` says when to come back. */
const BUSY: ReadonlyArray<number> = [429, 503]

/** Milliseconds from `now` on; 0 where the header is absent or says nothing that can be read. */
const millisOf = (header: string | undefined, now: number): number => {
  if (header === undefined) return 0
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const moment = Date.parse(header)
  return Number.isNaN(moment) ? 0 : Math.max(0, moment - now)
}

/** No redirect is followed: whoever moves an endpoint changes its url. */
const wordsOf = (status: number): string =>
  status >= 300 && status < 400 ? `answered ${status}, and no redirect is followed` : `answered ${status}`

/** `retryAfter` is the header of this name; `now` in milliseconds since 1970 (UTC). */
export const judge = (status: number, retryAfter: string | undefined, now: number): Attempt => {
  if (status >= 200 && status < 300) return { _tag: "Delivered", status }
  if (status === GONE) return { _tag: "Gone", status, error: wordsOf(status) }
  return {
    _tag: "Failed",
    status,
    error: wordsOf(status),
    retryAfter: BUSY.includes(status) ? millisOf(retryAfter, now) : 0
  }
}

/** Where no answer came. */
export const unanswered = (error: string): Attempt => ({ _tag: "Failed", status: undefined, error, retryAfter: 0 })
