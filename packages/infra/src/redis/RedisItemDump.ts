/** What `lua/dump_item.lua` found of an item, in the words of the domain. Nothing is trusted: something of it is damaged. */
import type { StoredItem } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import { REJECTION_REASONS } from "@flash-sale/domain/rules/Item"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import * as Keys from "./Keys.ts"

/** `['', what is there]`, or what is wrong with the key. */
type Part = readonly [string, (ReadonlyArray<string> | string | number | null)?]

const COUNTS = [
  ["available", "available"],
  ["held", "held"],
  ["sold", "sold"],
  ["put", "put"],
  ["seq", "seq"],
  ["rules", "rules"],
  ["turned away", "turned"],
  ["commands", "commands"]
] as const
const SETTINGS = ["opens_at", "closes_at", "per_user_limit", "price", "currency"] as const
/** The count and the reason of an id turned away share one number: see `lua/lib/_ledger.lua`. */
const CODES = 8
const REASONS = ["", ...REJECTION_REASONS]

export const of = (partition: PartitionId, itemId: ItemId, parts: ReadonlyArray<Part>): StoredItem => {
  const [index, inventory, meta, orders, untold, turned, buyers, commands] = parts
  const fields = new Map(pairs(meta))
  const dump = new Map(head(partition, fields))
  for (const [id, text] of pairs(orders)) dump.set(ItemDump.orderOf(id), text)
  for (const [offset, text] of pairs(untold)) dump.set(ItemDump.unpublishedOf(offset), text)
  for (const [id, score] of pairs(turned)) dump.set(ItemDump.rejectedOf(id), rejectedText(score))
  for (const [user, units] of pairs(buyers)) dump.set(ItemDump.buyerOf(user), units)
  for (const [id, n] of pairs(commands)) dump.set(ItemDump.commandOf(id), n)
  const names = [Keys.inventory, Keys.meta, Keys.orders, Keys.untold, Keys.turned, Keys.buyers, Keys.commands]
  const wrong = [inventory, meta, orders, untold, turned, buyers, commands].flatMap((part, at) =>
    part === undefined || part[0] === "" ? [] : [`the key ${names[at]!(itemId)}: ${part[0]}`]
  )
  const hand = byHand(itemId, inventory, fields)
  return {
    dump,
    position: whole(dump.get("position")) ?? NOTHING_FOLDED,
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

const whole = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined

const head = (partition: PartitionId, fields: ReadonlyMap<string, string>): Array<readonly [string, string]> => [
  ...COUNTS.map(([name, field]) => [name, fields.get(field) ?? (field === "rules" ? "1" : "0")] as const),
  ...SETTINGS.map((field) => [field, fields.get(field) || "-"] as const),
  ["paused", fields.get("paused") || "0"],
  ["position", fields.get(`pos:${partition}`) ?? String(NOTHING_FOLDED)]
]

const rejectedText = (score: string): string => {
  const number = Number(score)
  const reason = REASONS[number % CODES]
  return reason === undefined || reason === "" ? score : `${reason} ${Math.floor(number / CODES)}`
}

/** What the key of the stock shows beside what the scripts left in it: see `lua/lib/_hand.lua`. */
const byHand = (itemId: ItemId, inventory: Part | undefined, fields: ReadonlyMap<string, string>) => {
  const damages: Array<string> = []
  const waiting: Array<string> = []
  const key = Keys.inventory(itemId)
  const text = inventory?.[1]
  const left = whole(fields.get("left"))
  const number = (field: string) => whole(fields.get(field)) ?? 0
  const target = whole(fields.get("target"))
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
  if (typeof text === "string" && whole(text) === undefined) damages.push(`the key ${key} holds no number of units`)
  if (inventory?.[0] === "" && text === null && left !== undefined) damages.push(`the key ${key} is gone`)
  if (typeof text === "string" && whole(text) !== undefined && whole(text) !== (left ?? 0)) {
    waiting.push(`the key ${key} shows ${text} where ${left ?? "nothing"} was left: changed by hand, not noticed yet`)
  }
  return { damages, waiting }
}

const signed = (value: number): string => value < 0 ? String(value) : `+${value}`
