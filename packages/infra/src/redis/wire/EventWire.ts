/** Reads a live event as `lua/fold.lua` writes it: see `lua/README.md`. */
import type { ItemMoved } from "@flash-sale/domain/ports/LiveEvents"
import { isRequestId } from "@flash-sale/domain/records/Ids"
import { isInstant } from "@flash-sale/domain/records/Instant"
import * as Moment from "@flash-sale/domain/records/Moment"
import { OrderStatus } from "@flash-sale/domain/records/OrderStatus"

type Order = ItemMoved["orders"][number]

const COUNTS = /^(\d{1,16}) (\d{1,16}) (\d{1,16})$/
/** Between attempt and status, where there is something to say: when a hold expires, or a word. */
const ORDER = /^(\d{1,7})(?::(\d{1,16}|confirmed|refund))? ([A-Z_]{1,20}) (.+)$/u
const isStatus = (text: string | undefined): text is OrderStatus =>
  OrderStatus.literals.some((status) => status === text)

/** The event of these fields; undefined where the script cannot have written them. */
export const read = (counts: string, orders: string): ItemMoved | undefined => {
  const found = COUNTS.exec(counts)
  const moved = orders === "" ? [] : orders.split("\n").map(order)
  if (found === null || !moved.every((one) => one !== undefined)) return undefined
  return { available: Number(found[1]), held: Number(found[2]), sold: Number(found[3]), orders: moved }
}

const order = (line: string): Order | undefined => {
  const [, attempt, progress, status, requestId] = ORDER.exec(line) ?? []
  if (!isStatus(status) || !isRequestId(requestId)) return undefined
  const moved = { requestId, status, attempt: Number(attempt) }
  if (progress === undefined) return moved
  if (progress === "confirmed") return { ...moved, confirmed: true }
  if (progress === "refund") return { ...moved, refund: "pending" }
  const expiresAt = Number(progress)
  return isInstant(expiresAt)
    ? { ...moved, expiresAt: Moment.isoOf(expiresAt) }
    : undefined
}
