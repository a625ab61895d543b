/**
 * The texts in which Redis keeps what an item has of holds and refunds: see `lua/README.md`. Of a text that the scripts
 * cannot have written it reads undefined.
 */
import { isPaymentReference, type PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { isCorrelationId, isUserId } from "@flash-sale/domain/records/Ids"
import { isInstant } from "@flash-sale/domain/records/Instant"
import * as OrderMetadata from "@flash-sale/domain/records/OrderMetadata"
import { isTraceparent, type OrderTrace } from "@flash-sale/domain/records/OrderTrace"
import type { HoldFacts, OpenOrder, RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import { whole } from "./Whole.ts"

const ABSENT = "-"
/** A user may be named `-`. No user has a `*`. */
const NO_USER = "*"

/** A reference as one word: it may have spaces, and be what stands for none. */
export const referenceWord = (reference: PaymentReference | undefined): string => {
  if (reference === undefined) return ""
  return reference === ABSENT ? "%2D" : encodeURIComponent(reference)
}

const reference = (word: string): PaymentReference | undefined => {
  try {
    const text = decodeURIComponent(word)
    return isPaymentReference(text) && referenceWord(text) === word ? text : undefined
  } catch {
    // No such word is the scripts'.
    return undefined
  }
}

/** The two last words of an order that began as a hold: `<offset of the confirmation or -> <its reference or ->`. */
export const hold = (offsetText: string, word: string): HoldFacts | undefined => {
  const confirmedAtOffset = whole(offsetText)
  if (confirmedAtOffset === undefined) {
    return offsetText === ABSENT && word === ABSENT ? { confirmedAtOffset, reference: undefined } : undefined
  }
  const found = word === ABSENT ? undefined : reference(word)
  return found === undefined && word !== ABSENT ? undefined : { confirmedAtOffset, reference: found }
}

const instant = (text: string | undefined): number | undefined => {
  const number = whole(text)
  return number !== undefined && isInstant(number) ? number : undefined
}

/** What stands before a correlation id, and before a UUID as 22 characters: a third less for each open hold. */
const PLAIN = " "
const SHORT = "~"
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/

const short = (uuid: string): string => Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url")
const long = (text: string): string =>
  Buffer.from(text, "base64url").toString("hex").replace(UUID_PARTS, "$1-$2-$3-$4-$5")

/** The trace of an order: ` <correlation id>` or `~<UUID in Base64>`, and ` <traceparent>` where there is one. */
export const trace = ({ correlationId, traceparent }: OrderTrace): string =>
  (UUID.test(correlationId) ? `${SHORT}${short(correlationId)}` : `${PLAIN}${correlationId}`) +
  (traceparent === undefined ? "" : ` ${traceparent}`)

/** The trace of a hold, with its metadata behind it where it has any: JSON has no line feed and no tab in it. */
export const notes = (hold: Omit<OpenOrder, "dueAt">): string =>
  hold.metadata === undefined ? trace(hold) : `${trace(hold)} ${hold.metadata}`

const correlationOf = (mark: string, text: string): string | undefined => {
  if (mark === PLAIN) return UUID.test(text) ? undefined : text
  const uuid = long(text)
  return UUID.test(uuid) && short(uuid) === text ? uuid : undefined
}

/** `<due or -><trace>`, and ` <metadata>` where there is any. */
const OPEN = /^(-|\d{1,16})([ ~])([^ ~]+)(?: ([^ {]+))?(?: (\{.*))?$/s

export const open = (text: string): OpenOrder | undefined => {
  const [, dueText = "", mark = "", name = "", traceparent, json] = OPEN.exec(text) ?? []
  const [dueAt, correlationId] = [instant(dueText), correlationOf(mark, name)]
  const metadata = json === undefined ? undefined : OrderMetadata.read(json)
  if (!isCorrelationId(correlationId) || (dueAt === undefined && dueText !== ABSENT)) return undefined
  if ((traceparent !== undefined && !isTraceparent(traceparent)) || metadata !== json) return undefined
  const order = traceparent === undefined ? { dueAt, correlationId } : { dueAt, correlationId, traceparent }
  return metadata === undefined ? order : { ...order, metadata }
}

const WORDS = 3

/** `<offset> <reference> <user or *>` of each payment, in the order of their records. */
export const dues = (text: string): ReadonlyArray<RefundDue> | undefined => {
  const words = text.split(" ")
  if (words.length % WORDS !== 0) return undefined
  const all: Array<RefundDue> = []
  for (let at = 0; at < words.length; at += WORDS) {
    const [offset, found, user] = [whole(words[at]), reference(words[at + 1] ?? ""), words[at + 2]]
    const userId = isUserId(user) ? user : undefined
    if (offset === undefined || found === undefined || (userId === undefined && user !== NO_USER)) return undefined
    all.push({ offset, reference: found, userId })
  }
  return all
}
