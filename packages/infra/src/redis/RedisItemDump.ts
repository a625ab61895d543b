/** What `lua/dump_item.lua` found of an item. Nothing is trusted: something of it may be damaged. */
import type { StoredItem } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import type { RefusedCounts } from "@flash-sale/domain/rules/Item"
import { damaged, type Head, isDamaged, type Stored } from "@flash-sale/domain/rules/ItemDump"
import * as Refused from "@flash-sale/domain/rules/Refused"
import * as Keys from "./Keys.ts"
import * as CheckoutText from "./wire/CheckoutText.ts"
import * as EntryText from "./wire/EntryText.ts"
import { whole } from "./wire/Whole.ts"

/** `['', what is there]`, or what is wrong with the key. */
type Part = readonly [string, (ReadonlyArray<string> | string | number | null)?]

export const of = (partition: PartitionId, itemId: ItemId, parts: ReadonlyArray<Part>): StoredItem => {
  const [index, inventory, meta, orders, untold, turned, buyers, commands, open, due] = parts
  const fields = new Map(pairs(meta))
  const head = headOf(partition, fields)
  const names = Keys.ofItem(itemId)
  const wrong = parts.slice(1).flatMap((part, at) => part[0] === "" ? [] : [`the key ${names[at]}: ${part[0]}`])
  const hand = byHand(itemId, inventory, fields)
  return {
    dump: {
      head,
      orders: mapOf(orders, EntryText.order),
      rejected: mapOf(turned, EntryText.rejected),
      buyers: mapOf(buyers, whole),
      commands: mapOf(commands, whole),
      open: mapOf(open, CheckoutText.open),
      refundsDue: mapOf(due, CheckoutText.dues),
      unpublished: mapOf(untold, EntryText.unpublished)
    },
    position: isDamaged(head.position) ? NOTHING_FOLDED : head.position,
    indexed: index?.[1] === 1,
    damages: [...wrong, ...hand.damages],
    byHand: hand.waiting
  }
}

const pairs = (part: Part | undefined): ReadonlyArray<readonly [string, string]> => {
  const list = part?.[1]
  if (typeof list !== "object" || list === null) return []
  return list.flatMap((name, at) => at % 2 === 0 ? [[name, list[at + 1] ?? ""] as const] : [])
}

const mapOf = <A>(part: Part | undefined, read: (text: string) => A | undefined): ReadonlyMap<string, Stored<A>> =>
  new Map(pairs(part).map(([key, text]) => [key, read(text) ?? damaged(text)]))

const headOf = (partition: PartitionId, fields: ReadonlyMap<string, string>): Head => {
  const count = (field: string, absent = 0): Stored<number> => {
    const text = fields.get(field)
    return text === undefined ? absent : whole(text) ?? damaged(text)
  }
  const setting = (field: string): Stored<number | undefined> => fields.get(field) ? count(field) : undefined
  return {
    available: count("available"),
    held: count("held"),
    sold: count("sold"),
    stocked: count("put"),
    seq: count("seq"),
    rules: count("rules", 1),
    rejectedCount: count("turned"),
    refused: refused(fields.get("refused") ?? ""),
    commandCount: count("commands"),
    opensAt: setting("opens_at"),
    closesAt: setting("closes_at"),
    perUserLimit: setting("per_user_limit"),
    paused: paused(fields.get("paused") || "0"),
    price: setting("price"),
    currency: fields.get("currency") || undefined,
    holdSeconds: setting("hold_seconds"),
    maxHoldSeconds: setting("max_hold_seconds"),
    position: count(`pos:${partition}`, NOTHING_FOLDED)
  }
}

const refused = (text: string): Stored<RefusedCounts> => Refused.read(text) ?? damaged(text)

const paused = (text: string): Stored<boolean> => text === "0" || text === "1" ? text === "1" : damaged(text)

/** What the key of the stock shows beside what the scripts left in it: see `lua/lib/_edits.lua`. */
const byHand = (itemId: ItemId, inventory: Part | undefined, fields: ReadonlyMap<string, string>) => {
  const damages: Array<string> = []
  const waiting: Array<string> = []
  const key = Keys.inventory(itemId)
  const text = inventory?.[1]
  const field = (name: string) => whole(fields.get(name) ?? "")
  const number = (name: string) => field(name) ?? 0
  const [left, target] = [field("left"), field("target")]
  if (fields.size > 0) {
    const [available, parked, aside] = [number("available"), number("parked"), number("aside")]
    const due = target ?? Math.max(0, Math.max(0, available + parked) + aside)
    if (left !== due) damages.push(`the field left of ${Keys.meta(itemId)} is ${fields.get("left")}, not ${due}`)
    if (number("parked_seq") > 0) {
      waiting.push(`a change of stock by ${signed(parked)} waits to be recorded under number ${number("parked_seq")}`)
    }
    if (aside !== 0) waiting.push(`a change of stock by ${signed(aside)} waits for its turn`)
    if (target !== undefined) waiting.push(`the stock is to come to ${target}`)
  }
  const shows = typeof text === "string" ? whole(text) : undefined
  if (typeof text === "string" && shows === undefined) damages.push(`the key ${key} holds no number of units`)
  if (inventory?.[0] === "" && text === null && left !== undefined) damages.push(`the key ${key} is gone`)
  if (shows !== undefined && shows !== (left ?? 0)) {
    waiting.push(`the key ${key} shows ${text} where ${left ?? "nothing"} was left: changed by hand, not noticed yet`)
  }
  return { damages, waiting }
}

const signed = (value: number): string => value < 0 ? String(value) : `+${value}`
