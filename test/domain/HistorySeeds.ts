/** The names and numbers of which random histories are made: few, so that they collide all the time. */
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { MetadataJson } from "@flash-sale/domain/records/OrderMetadata"
import * as OrderMetadata from "@flash-sale/domain/records/OrderMetadata"
import { Schema } from "effect"

/** The item of every history. */
export const itemId = ItemId.make("101")

/** Names that occur, some of them chosen to trip a store that is careless with text. */
export const requestIds: ReadonlyArray<RequestId> = [
  "r-1",
  "r-2",
  "r-3",
  "r 4",
  "r:5",
  "é-6",
  "\u{1F600}-7",
  "__proto__",
  "constructor",
  "10"
].map((text) => RequestId.make(text))
export const userIds: ReadonlyArray<UserId> = ["u-1", "u-2", "__proto__", "4"].map((text) => UserId.make(text))
/** Names that version 1 of the rules does not take. */
export const wideUserIds = ["a.b@shop", "~", "x|+=:y", "u.1"].map((text) => UserId.make(text))

export const commandIds = ["c-1", "c-2", "constructor"].map((text) => CommandId.make(text))
export const instants = [0, 1_000, 2_000, 3_000]
export const limits = [1, 2, 5, null]
export const prices = [0, 499, null]
export const attempts = [1, 1, 1, 1, 2, 2, 3]
export const widePrices = [1_000_000_001, 1_000_000_000_000]
/** Times of confirmations and expiries, around those at which holds are due. */
export const times = [0, 0, 0, 100, 500, 999, 1_000, 2_500, 4_000, 5_000, 700_000, 4_000_000]
/** Payments that come again and again, some of them chosen to trip a store that is careless with text. */
export const references = ["ref-1", "ref-1", "ref 2", "-", "%2D", "é/𝄞*"].map((text) => PaymentReference.make(text))
/** Few names come often, so that much happens to one order; all of them come. */
export const requests = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => requestIds[index]!)
export const outcomes = ["paid", "paid", "declined", "voided", "voided"] as const
/** Notes of a shop, chosen to trip a store that is careless with text; many orders have none. */
export const metadata: ReadonlyArray<MetadataJson | undefined> = [
  {},
  {},
  { note: "a b\t\"c\"\n{d}\\ - ~ %2D" },
  { constructor: "", "10": "é", "9": "\u{1F600}\u0085\u2028" },
  { "a.b-c_": "{\"note\":\"\\u0000\"} 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", toString: "\r" },
  Object.fromEntries([["__proto__", "own"], ["-", "'; --"]])
].map(OrderMetadata.write)
/** A correlation id of the form that gateways make. */
export const uuid = CorrelationId.make("0af76519-16cd-43dd-8448-eb211c80319c")
export const correlationId = CorrelationId.make("history")
export const decimals = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** The last of the numbers that stand for kinds of commands (see `toCommand`): the more numbers, the likelier. */
const LAST_KIND = 49

/** Everything that one command may need, as small numbers: these shrink well. */
export const Seedling = Schema.Struct({
  kind: decimals(0, LAST_KIND),
  request: decimals(0, requests.length - 1),
  user: decimals(0, 3),
  amount: decimals(1, 4),
  attempt: decimals(0, attempts.length - 1),
  at: decimals(0, 3),
  delta: decimals(-8, 12),
  seq: decimals(1, 6),
  command: decimals(0, 2),
  bits: decimals(0, 255),
  time: decimals(0, times.length - 1),
  reference: decimals(0, references.length - 1),
  metadata: decimals(0, metadata.length - 1),
  outcome: decimals(0, outcomes.length - 1),
  more: Schema.Array(Schema.Struct({
    request: decimals(0, requests.length - 1),
    attempt: decimals(0, attempts.length - 1),
    outcome: decimals(0, outcomes.length - 1)
  })).check(Schema.isMaxLength(5))
})
export type Seedling = typeof Seedling.Type

export const has = (bits: number, bit: number): boolean => (bits & (1 << bit)) !== 0
