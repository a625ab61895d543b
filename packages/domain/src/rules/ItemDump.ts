/**
 * The whole state of an item as names and texts, so that two of them can be compared entry by entry, and a state that is
 * damaged can still be shown. A name is `available`, `order r-1`, `turned r-2` and the like; what is absent has no
 * entry, or the text `-` within one.
 */
import type { Folded } from "./Fold.ts"
import { COMMANDS_REMEMBERED, type HeldOrder, isRemembered, type Rejected, REJECTED_REMEMBERED } from "./Item.ts"

export type ItemDump = ReadonlyMap<string, string>

/** The names of entries that an item has several of. */
export const orderOf = (requestId: string): string => `order ${requestId}`
export const rejectedOf = (requestId: string): string => `turned ${requestId}`
export const buyerOf = (userId: string): string => `buyer ${userId}`
export const commandOf = (commandId: string): string => `command ${commandId}`
export const unpublishedOf = (offset: number | string): string => `untold ${offset}`

const orDash = (value: number | string | undefined): string => value === undefined ? "-" : String(value)

export const orderText = (order: HeldOrder): string =>
  [
    order.state,
    order.userId,
    order.amount,
    order.attempt,
    order.placedAtOffset,
    order.countsAgainstLimit ? "capped" : "-",
    orDash(order.price),
    orDash(order.currency),
    orDash(order.reason)
  ].join(" ")

export const rejectedText = ({ n, reason }: Rejected): string => `${reason} ${n}`

export const unpublishedText = (
  left: { readonly state: string; readonly reason: string | undefined; readonly attempt: number },
  requestId: string | undefined
): string => `${left.state} ${orDash(left.reason)} ${left.attempt} ${requestId ?? ""}`

type Counts = Omit<Folded["item"], "orders" | "rejected" | "buyers" | "commands">

/** The counts and settings of an item. */
export function* head(item: Counts, position: number): Iterable<readonly [name: string, text: string]> {
  const { settings } = item
  yield ["available", String(item.available)]
  yield ["held", String(item.held)]
  yield ["sold", String(item.sold)]
  yield ["put", String(item.stocked)]
  yield ["seq", String(item.seq)]
  yield ["rules", String(item.rules)]
  yield ["turned away", String(item.rejectedCount)]
  yield ["commands", String(item.commandCount)]
  yield ["opens_at", orDash(settings.opensAt)]
  yield ["closes_at", orDash(settings.closesAt)]
  yield ["per_user_limit", orDash(settings.perUserLimit)]
  yield ["paused", settings.paused ? "1" : "0"]
  yield ["price", orDash(settings.price)]
  yield ["currency", orDash(settings.currency)]
  yield ["position", String(position)]
}

/** All entries of an item, but for what no decision looks at any more. */
export function* entries({ item, position, unpublished }: Folded): Iterable<readonly [name: string, text: string]> {
  yield* head(item, position)
  for (const [requestId, order] of item.orders) yield [orderOf(requestId), orderText(order)]
  for (const [requestId, turned] of item.rejected) {
    if (isRemembered(turned.n, item.rejectedCount, REJECTED_REMEMBERED)) {
      yield [rejectedOf(requestId), rejectedText(turned)]
    }
  }
  for (const [userId, units] of item.buyers) yield [buyerOf(userId), String(units)]
  for (const [commandId, n] of item.commands) {
    if (isRemembered(n, item.commandCount, COMMANDS_REMEMBERED)) yield [commandOf(commandId), String(n)]
  }
  for (const [offset, left] of unpublished) yield [unpublishedOf(offset), unpublishedText(left, left.requestId)]
}
