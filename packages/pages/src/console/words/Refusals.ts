/** Words for what the admin API refuses, and where the runbook goes on. Pure. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"

export interface Refusal {
  readonly title: string
  readonly text: string
  /** The heading of the runbook, as its anchor. */
  readonly section?: string
}

/** Some of it was done, in words, and then a request failed. */
export class DoneInPart extends Error {
  constructor(done: string, cause: unknown) {
    super(done, { cause })
    this.name = "DoneInPart"
  }
}

type Words = Readonly<Record<string, readonly [title: string, text: string, section?: string]>>

const OF_CODE: Words = {
  already_completed: ["Completed already", "It cannot be cancelled any more. A refund gives it back."],
  already_refunded: ["Refunded already", "There is nothing left to cancel."],
  body_too_large: ["Too much at once", "Choose less, and send it in parts."],
  breaker_open: ["The log has failed", "Nothing is recorded until it answers again.", "the-breaker-is-open"],
  cross_site: ["Another host", "A proxy in between changes the header Host. It must pass it on as it came."],
  expired: ["The order has expired", "There is nothing left to cancel."],
  idempotency_key_reused: ["Sent before", "Something else was sent under the same key. Close this, and begin again."],
  internal_error: ["A bug of the engine", "Its log has the line under the correlation id."],
  invalid_cursor: ["This page is gone", "Go back to the first page of the list."],
  item_stopped: ["The item stands still", "It is damaged, and takes no change.", "an-item-is-stopped"],
  log_unavailable: ["The order log is away", "Nothing was recorded.", "orders-are-accepted-and-not-processed"],
  network_error: ["The engine does not answer", "It is away, or the network to it is.", "everything-is-down"],
  no_archive: [
    "There is no archive",
    "Orders of any age, their history, the audit and reports come from it. This engine runs without one.",
    "orders-of-any-age-and-reports"
  ],
  no_keys: [
    "There are no keys",
    "Make one: flash-sale key create --name ops --scopes admin",
    "api-keys-and-buyers-tokens"
  ],
  not_completed: ["Nothing to give back", "Only an order that is completed can be refunded."],
  order_failed: ["The order has failed", "There is nothing left to cancel."],
  outcome_unknown: ["Nobody knows what came of it", "The engine has lost sight of the record that it sent to its log."],
  overloaded: ["Too busy", "The engine does too much at the moment."],
  refund_differs: ["Refunded otherwise", "It is given back already, or about to be, with the other choice of stock."],
  store_unavailable: [
    "The store is away",
    "Redis does not answer, or the file of an engine that has none: nothing can be read or changed until it does. " +
    "With Redis, orders are taken meanwhile and wait in the log.",
    "redis-is-away-or-was-lost"
  ],
  timeout: ["No answer in time", "The engine is slow, or its answer was lost."],
  too_many_failures: ["Too many wrong keys", "This address has to wait a minute.", "who-is-let-in"],
  unauthenticated: [
    "This key is not valid",
    "It is wrong, was revoked, or has expired.",
    "api-keys-and-buyers-tokens"
  ],
  unknown_host: [
    "Another name",
    "The engine does not answer to the name in the address: HTTP_ALLOWED_HOSTS lists names."
  ],
  unknown_item: ["Unknown item", "No item has this id."],
  unknown_letter: ["Unknown dead letter", "No letter has this id, or it was handled too long ago.", "dead-letters"],
  unknown_order: ["Unknown order", "No order has this id, or it is no longer kept.", "looking-at-an-order"],
  upgrading: [
    "An upgrade is under way",
    "Its processor does not know this yet. Try again later.",
    "zero-downtime-deployment"
  ]
}

const fieldsOf = ({ body }: FlashSaleError): string | undefined => {
  const errors = body?.["errors"]
  if (!Array.isArray(errors)) return undefined
  return errors.map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`).join(". ")
}

const ofError = (error: FlashSaleError): Refusal => {
  if (error.code === "missing_scope") {
    const scope = String(error.body?.["scope"])
    return {
      title: "Your key may not do this",
      text: `It has not the scope ${scope}.`,
      section: "api-keys-and-buyers-tokens"
    }
  }
  const fields = fieldsOf(error)
  if (fields !== undefined) return { title: "That does not fit", text: fields }
  const words = Object.hasOwn(OF_CODE, error.code) ? OF_CODE[error.code] : undefined
  if (words === undefined) return { title: "That did not work", text: error.message }
  const [title, text, section] = words
  return { title, text, ...(section === undefined ? {} : { section }) }
}

const ofPart = ({ cause, message }: DoneInPart): Refusal => {
  const { text, title, ...section } = refusalOf(cause)
  return { title: "Only a part was done", text: `${message} Then it ended: ${title}. ${text}`, ...section }
}

/** Of a call that failed; a later engine may have codes that are not known here. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof DoneInPart) return ofPart(error)
  return error instanceof FlashSaleError ? ofError(error) : { title: "A bug of the console", text: String(error) }
}

/** What finds the request in the engine's log. */
export const traceOf = (error: unknown): string | undefined => {
  if (error instanceof DoneInPart) return traceOf(error.cause)
  return error instanceof FlashSaleError ? error.correlationId : undefined
}
