/** Words for everything that can become of an order. Pure. */
import type { ClientErrorCode, EngineErrorCode, KnownOrderStatus } from "@flash-sale/client"

export interface Words {
  readonly title: string
  readonly text: string
  /** Whether the same buyer may try it again. */
  readonly again: boolean
}

const words = (title: string, text: string, again = true): Words => ({ title, text, again })

const ALL = {
  soldOut: words("Sold out", "Every unit is taken. Units that nobody pays for come back."),
  limit: words("Limit reached", "You have as many units as one buyer may have.", false),
  notOpen: words("Not open yet", "The sale has not begun."),
  closed: words("The sale is over", "Nothing more is sold.", false),
  paused: words("The sale is paused", "It goes on soon, and this page with it."),
  tooFast: words("Too many attempts", "Wait a moment before you try again."),
  busy: words("Very busy", "Your order was not taken, and nothing was charged."),
  away: words(
    "The shop does not answer",
    "Whether your order has arrived is not known. Trying again never buys twice."
  ),
  offline: words("No connection", "Nothing was charged. Trying again never buys twice."),
  signIn: words("Sign in again", "The shop does not know you any more.", false),
  notYours: words("Not possible", "Your sign-in is for something else.", false),
  unknown: words("Not for sale", "The shop does not know this item.", false),
  broken: words("That did not work", "The shop could not read the order. Nothing was charged.", false),
  noPayment: words("Payment declined", "Nothing was charged, and the units are free again."),
  noAnswer: words(
    "The payment is not clear",
    "The payment provider did not answer. If the shop tries it again, this page tells you. A new order is a second one."
  ),
  failed: words("The order failed", "Nothing was charged."),
  cancelled: words("Given back", "Nothing was charged, and the units are free again."),
  expired: words("Time is up", "The units were not paid for in time, and are free again."),
  unclear: words("That did not work", "Please try again later."),
  refunded: words("Refunded", "The money is on its way back.", false),
  completed: words("It is yours", "Paid, and on its way.", true)
} as const

type Key = keyof typeof ALL

const OF_CODE: Readonly<Record<EngineErrorCode | ClientErrorCode, Key>> = {
  already_cancelled: "cancelled",
  already_completed: "completed",
  already_confirmed: "busy",
  already_refunded: "refunded",
  bad_request: "broken",
  body_too_large: "broken",
  breaker_open: "busy",
  closed: "closed",
  cross_site: "broken",
  duplicate_request: "broken",
  expired: "expired",
  head_too_large: "broken",
  internal_error: "away",
  invalid_body: "broken",
  item_stopped: "busy",
  keys_unavailable: "busy",
  limit: "limit",
  log_unavailable: "busy",
  method_not_allowed: "broken",
  missing_scope: "notYours",
  network_error: "offline",
  no_archive: "broken",
  not_a_hold: "broken",
  not_found: "broken",
  not_open: "notOpen",
  order_failed: "failed",
  outcome_unknown: "away",
  overloaded: "busy",
  paused: "paused",
  quota_exceeded: "tooFast",
  rate_limited: "tooFast",
  request_id_reused: "broken",
  request_timeout: "away",
  sold_out: "soldOut",
  store_unavailable: "busy",
  timeout: "away",
  token_too_long: "signIn",
  token_unavailable: "signIn",
  too_many_failures: "tooFast",
  unauthenticated: "signIn",
  unexpected_answer: "away",
  unknown_host: "broken",
  unknown_item: "unknown",
  unknown_order: "failed",
  unsupported_media_type: "broken",
  unsupported_transfer_encoding: "broken",
  upgrading: "busy",
  validation_failed: "broken",
  wrong_item: "notYours",
  wrong_user: "notYours"
}

const OF_STATUS: Readonly<Record<Exclude<KnownOrderStatus, "PENDING" | "RESERVED">, Key>> = {
  COMPLETED: "completed",
  FAILED_SOLD_OUT: "soldOut",
  FAILED_LIMIT: "limit",
  FAILED_PAYMENT: "noPayment",
  FAILED: "failed",
  CANCELLED: "cancelled",
  EXPIRED: "expired",
  REFUNDED: "refunded"
}

const find = (keys: Readonly<Record<string, Key>>, word: string): Words =>
  ALL[Object.hasOwn(keys, word) ? keys[word]! : "unclear"]

/** Words for why a call was refused; a later engine may have a code that is not known here. */
export const ofCode = (code: string): Words => find(OF_CODE, code)
/** Words for an engine that takes no order of a guest. */
export const GUEST = words("Sign in to buy", "Orders are taken from buyers who have signed in.", false)
/** Words for why nothing new is heard of what is shown. */
export const ofSilence = (code: string): Words => {
  if (code === "unknown_item") return ALL.unknown
  if (code === "item_stopped") return words("The sale stands still", "It goes on by itself.")
  const title = code === "network_error" ? "No connection" : "The shop does not answer"
  return words(title, "It is asked again by itself.")
}
/** Words for why an order cannot be read. */
export const ofReading = (code: string): Words => find(OF_CODE, code) === ALL.signIn ? ALL.signIn : ofSilence(code)
/** Why a payment failed of which nobody knows whether money was taken. */
const NO_ANSWER = "Payment Timeout"
/** Words for a final status, and for why it is that. */
export const ofStatus = (status: string, reason?: string): Words =>
  status === "FAILED_PAYMENT" && reason === NO_ANSWER ? ALL.noAnswer : find(OF_STATUS, status)
