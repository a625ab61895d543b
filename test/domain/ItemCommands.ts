/** Short ways to say what happens to an item, for tables of cases. */
import { Command, CommandId, type PaymentOutcome, type SalePatch } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { empty, type Item } from "@flash-sale/domain/rules/Item"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import * as Rules from "@flash-sale/domain/rules/Rules"

const itemId = ItemId.make("101")

export const place = (
  request: string,
  rest?: { readonly user?: string; readonly amount?: number; readonly attempt?: number; readonly acceptedAt?: number }
): Command =>
  Command.Place({
    order: {
      requestId: RequestId.make(request),
      userId: UserId.make(rest?.user ?? "u"),
      itemId,
      amount: rest?.amount ?? 1
    },
    attempt: rest?.attempt ?? 1,
    acceptedAt: rest?.acceptedAt ?? 0,
    correlationId: CorrelationId.make("c")
  })

export const settle = (request: string, outcome: PaymentOutcome, attempt = 1): Command =>
  Command.Settle({ settlements: [{ requestId: RequestId.make(request), attempt, outcome }] })

export const cancel = (request: string, attempt = 1): Command =>
  Command.Cancel({ requestId: RequestId.make(request), attempt })

export const giveUp = (request: string, attempt = 1): Command =>
  Command.GiveUp({ requestId: RequestId.make(request), attempt })

export const sale = (patch: SalePatch): Command => Command.Sale({ patch })

/** An edit by hand that was detected under this sequence number. */
export const edited = (seq: number, delta: number): Command => Command.Adjust({ adjustment: { seq, delta } })

export const by = (command: string, delta: number): Command =>
  Command.Adjust({ adjustment: { command: CommandId.make(command), delta } })

export const to = (command: string, target: number): Command =>
  Command.Adjust({ adjustment: { command: CommandId.make(command), target } })

export interface Played {
  readonly item: Item
  /** The orders of each command, in order. */
  readonly orders: ReadonlyArray<ReadonlyArray<OrderOutcome>>
}

/** Applies one command after the other, each at the next offset from 0 on. */
export const play = (...commands: ReadonlyArray<Command>): Played => {
  let item = empty
  const orders = commands.map((command, offset) => {
    const [next, decided] = Rules.apply(item, offset, command)
    item = next
    return decided
  })
  return { item, orders }
}

/** The last command's only order, in a word: `state` or `state:reason`, with a `=` in front where nothing changed. */
export const lastAnswer = ({ orders }: Played): string => {
  const [order, ...more] = orders.at(-1) ?? []
  if (order === undefined || more.length > 0) throw new Error("the last command names one order")
  const reason = order.reason === undefined ? "" : `:${order.reason}`
  return `${order.changed ? "" : "="}${order.state}${reason}${order.isReused ? " reused" : ""}`
}

/** available, held, sold and stocked units of the item. */
export const counts = ({ item }: Played): ReadonlyArray<number> => [item.available, item.held, item.sold, item.stocked]
