/** The cells of a file of items, each read by itself, with what is wrong with it in words. */
import { MAX_HOLD_SECONDS } from "@flash-sale/domain/records/checkout/Hold"
import { MAX_ADJUSTMENT, type SalePatch } from "@flash-sale/domain/records/Command"
import { isItemId } from "@flash-sale/domain/records/Ids"
import { Option } from "effect"
import * as Money from "../terminal/Money.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"

/** The columns that a file may have, in any order; `item_id` is required. */
export const COLUMNS = [
  "item_id",
  "stock",
  "price",
  "currency",
  "limit",
  "opens_at",
  "closes_at",
  "hold_seconds",
  "max_hold_seconds"
] as const
export type Column = typeof COLUMNS[number]

/** The texts of a line. An empty one is absent, and leaves what is there. */
export type Cells = Readonly<Partial<Record<Column, string>>>

/** Hears what is wrong: the column, and what is expected there. */
export type OnWrong = (column: Column, message: string) => void

const whole = (text: string, least: number, most: number): number | undefined => {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  return number >= least && number <= most ? number : undefined
}

/** The name of the item; undefined where it is none. */
export const itemId = ({ item_id: text = "" }: Cells, onWrong: OnWrong) => {
  if (isItemId(text)) return text
  onWrong("item_id", `${JSON.stringify(text)} is not 1 to 100 letters, digits, '_', '.' and '-'`)
  return undefined
}

type Counted = Extract<Column, "stock" | "limit" | "hold_seconds" | "max_hold_seconds">

const counted =
  (column: Counted, least: number, most = MAX_ADJUSTMENT) => (cells: Cells, onWrong: OnWrong): number | undefined => {
    const text = cells[column]
    const value = text === undefined ? undefined : whole(text, least, most)
    if (text !== undefined && value === undefined) {
      onWrong(column, `${JSON.stringify(text)} is not a whole number from ${least} to ${most}`)
    }
    return value
  }

export const stock = counted("stock", 0)
const limit = counted("limit", 1)
const hold = counted("hold_seconds", 1, MAX_HOLD_SECONDS)
const longestHold = counted("max_hold_seconds", 1, MAX_HOLD_SECONDS)

const instant = (column: "opens_at" | "closes_at", cells: Cells, onWrong: OnWrong): number | undefined => {
  const text = cells[column]
  if (text === undefined) return undefined
  const time = TimeArgument.read(text)
  if (Option.isSome(time) && time.value._tag === "At") return time.value.millis
  onWrong(column, `${JSON.stringify(text)} is not a time such as 2026-11-27T10:00:00Z (with its zone)`)
  return undefined
}

const money = ({ currency, price }: Cells, onWrong: OnWrong): SalePatch => {
  if (price === undefined && currency === undefined) return {}
  if (price === undefined || currency === undefined) {
    onWrong(price === undefined ? "price" : "currency", "is missing: a price comes with its currency")
    return {}
  }
  const digits = Money.digits(currency)
  if (Option.isNone(digits)) {
    onWrong("currency", `${JSON.stringify(currency)} is not a currency of ISO 4217, such as EUR`)
    return {}
  }
  const read = Money.read(price, digits.value)
  if (Option.isSome(read)) return { price: read.value, currency }
  const most = Money.show(Money.MAX, currency)
  onWrong("price", `${JSON.stringify(price)} is not ${Money.expected(digits.value)}, up to ${most}`)
  return {}
}

/** How the item is to be sold. */
export const patch = (cells: Cells, onWrong: OnWrong): SalePatch => {
  const perUserLimit = limit(cells, onWrong)
  const opensAt = instant("opens_at", cells, onWrong)
  const closesAt = instant("closes_at", cells, onWrong)
  if (opensAt !== undefined && closesAt !== undefined && closesAt <= opensAt) {
    onWrong("closes_at", "is not after opens_at: nobody could buy")
  }
  const holdSeconds = hold(cells, onWrong)
  const maxHoldSeconds = longestHold(cells, onWrong)
  if (holdSeconds !== undefined && maxHoldSeconds !== undefined && holdSeconds > maxHoldSeconds) {
    onWrong("hold_seconds", "is longer than max_hold_seconds")
  }
  return {
    ...money(cells, onWrong),
    ...(perUserLimit === undefined ? {} : { perUserLimit }),
    ...(opensAt === undefined ? {} : { opensAt }),
    ...(closesAt === undefined ? {} : { closesAt }),
    ...(holdSeconds === undefined ? {} : { holdSeconds }),
    ...(maxHoldSeconds === undefined ? {} : { maxHoldSeconds })
  }
}
