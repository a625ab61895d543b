/** The entries of an item in words: their names as operators know them from the store, and their values. */
import type { HoldFacts, OpenOrder, RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import type { Unpublished } from "@flash-sale/domain/rules/Fold"
import type { HeldOrder, RefusedCounts, Rejected } from "@flash-sale/domain/rules/Item"
import { type Head, isDamaged, type ItemDump, type Stored } from "@flash-sale/domain/rules/ItemDump"

export type Kind = keyof ItemDump
/** Undefined is a setting that is not set, or an entry that is not there. */
export type Value =
  | Stored<number | string | boolean | RefusedCounts>
  | Stored<HeldOrder | Rejected | Unpublished | OpenOrder | ReadonlyArray<RefundDue>>
  | undefined

/** The names of the counts and settings, in the order in which they are shown. */
const HEAD = {
  available: "available",
  held: "held",
  sold: "sold",
  stocked: "put",
  seq: "seq",
  rules: "rules",
  rejectedCount: "turned away",
  refused: "refused",
  commandCount: "commands",
  opensAt: "opens_at",
  closesAt: "closes_at",
  perUserLimit: "per_user_limit",
  paused: "paused",
  price: "price",
  currency: "currency",
  holdSeconds: "hold_seconds",
  maxHoldSeconds: "max_hold_seconds",
  position: "position"
} as const satisfies Readonly<Record<keyof Head, string>>

const NAMES = {
  orders: "order",
  rejected: "turned",
  buyers: "buyer",
  commands: "command",
  open: "open",
  refundsDue: "due",
  unpublished: "untold"
} as const satisfies Readonly<Record<Exclude<Kind, "head">, string>>

const namesOf = <K extends string>(record: Readonly<Record<K, string>>): ReadonlyArray<K> =>
  Object.keys(record) as Array<K>

export const HEAD_KEYS = namesOf(HEAD)
export const MAP_KINDS = namesOf(NAMES)

const isHeadKey = (key: string): key is keyof Head => Object.hasOwn(HEAD, key)

/** `available`, `order r-1`, `turned r-2` and the like. */
export const nameOf = (kind: Kind, key: string): string =>
  kind === "head" ? isHeadKey(key) ? HEAD[key] : key : `${NAMES[kind]} ${key}`

/** A value as a difference shows it. What is no order is shown as the text that the store keeps, in quotes. */
export const shown = (kind: Kind, value: Value): string => {
  if (value === undefined && kind !== "head") return "nothing"
  return typeof value === "object" && "countsAgainstLimit" in value
    ? orderText(value)
    : JSON.stringify(textOf(value))
}

const orderText = (order: HeldOrder): string => {
  const { amount, attempt, countsAgainstLimit, currency, hold, placedAtOffset, price, reason, state, userId } = order
  const capped = countsAgainstLimit ? " capped" : ""
  const priced = price === undefined ? "" : ` at ${price} ${currency}`
  const because = reason === undefined ? "" : ` (${reason})`
  const began = hold === undefined ? "" : `, ${holdText(hold)}`
  const words = `${state} ${amount} for ${userId}, attempt ${attempt}, placed at ${placedAtOffset}`
  return `${words}${capped}${priced}${because}${began}`
}

const holdText = ({ confirmedAtOffset, reference }: HoldFacts): string => {
  if (confirmedAtOffset === undefined) return "a hold"
  const paid = reference === undefined ? "" : ` by ${JSON.stringify(reference)}`
  return `a hold confirmed at ${confirmedAtOffset}${paid}`
}

const textOf = (value: Exclude<Value, HeldOrder>): string => {
  if (typeof value === "boolean") return value ? "1" : "0"
  if (typeof value !== "object") return orDash(value)
  if (isDamaged(value)) return value.text
  if (isDues(value)) return value.map(dueText).join(", ")
  if ("n" in value) return `${value.reason} ${value.n}`
  if ("dueAt" in value) return openText(value)
  if ("state" in value) return `${value.state} ${orDash(value.reason)} ${value.attempt} ${value.requestId ?? ""}`
  return refusedText(value)
}

/** What a shop has noted on its order is printed nowhere: where two differ in nothing else, they differ in that. */
const openText = ({ correlationId, dueAt, metadata, traceparent }: OpenOrder): string => {
  const noted = metadata === undefined ? "" : `, metadata of ${metadata.length} characters`
  return `${orDash(dueAt)} ${correlationId} ${orDash(traceparent)}${noted}`
}

const isDues = (value: object): value is ReadonlyArray<RefundDue> => Array.isArray(value)

const dueText = ({ offset, reference, userId }: RefundDue): string =>
  `${reference} at ${offset}${userId === undefined ? "" : ` for ${userId}`}`

const refusedText = (counts: RefusedCounts): string =>
  orDash(Object.entries(counts).map(([reason, count]) => `${count} ${reason}`).join(", ") || undefined)

const orDash = (value: number | string | undefined): string => value === undefined ? "-" : String(value)
