/** Whether an order, or a call about one, may have been accepted although its call failed. Pure. */
import type { FlashSaleError } from "../http/FlashSaleError.ts"

type Failure = Pick<FlashSaleError, "code" | "status">

/** The engine looks for the order before it answers these, so there is none. */
const CONCLUSIVE: ReadonlyArray<string> = [
  "closed",
  "limit",
  "not_open",
  "paused",
  "request_id_reused",
  "sold_out",
  "unknown_item"
]

/** The engine has refused by itself, or was never asked: the attempt placed nothing. */
const PLACES_NOTHING: ReadonlyArray<string> = [
  "breaker_open",
  "keys_unavailable",
  "log_unavailable",
  "overloaded",
  "store_unavailable",
  "token_unavailable",
  "upgrading"
]

/** Whether this attempt may have placed the order: no answer came, or none that says so. */
export const mayHavePlaced = ({ code, status }: Failure): boolean =>
  (status === undefined || status >= 500 || status < 400) && !PLACES_NOTHING.includes(code)

/** Whether this answer says what became of the attempts before it. */
export const isConclusive = ({ code }: Failure): boolean => CONCLUSIVE.includes(code)
