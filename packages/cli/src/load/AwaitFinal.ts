/** Waits until every accepted order is final, as long as orders become final. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect } from "effect"
import type { Fate } from "./BalanceCheck.ts"
import * as Payments from "./Payments.ts"

/** Orders that are asked for in one round: the oldest that are not final. */
const ROUND = 2_000
const CONCURRENCY = 64
/** The wait between two rounds of which the first found nothing new. */
const ROUND_EVERY = "250 millis"
/** How long nothing may move before the rest is given up, in milliseconds; a hold may be open for as long besides. */
const STALLED_MILLIS = 60_000

export interface Awaited {
  readonly orders: ReadonlyArray<Order>
  /** Payments that shops have taken, by the order that they are for. */
  readonly payments: ReadonlyMap<RequestId, PaymentReference>
  /** How long a hold of the run is open, in seconds. */
  readonly holdSeconds: number
  /** How many partitions the log has. */
  readonly partitions: number
}

/** The orders that the engine knows: it may have accepted one whose answer was lost. */
export const known = Effect.fnUntraced(function*(orders: ReadonlyArray<Order>) {
  const found = yield* Effect.forEach(orders, read, { concurrency: CONCURRENCY })
  return orders.filter((_, index) => found[index]?._tag === "Kept")
})

/**
 * The fate of each order, and of the payment for it. Those that are not final, or not accounted for, when nothing
 * changes any more are as they are.
 */
export const settle = Effect.fn("AwaitFinal.settle")(function*(
  { holdSeconds, orders, partitions, payments }: Awaited,
  progress: (final: number) => void
): Effect.fn.Return<ReadonlyArray<Fate>, never, OrderStatuses | ItemStore> {
  const fateOf = yield* fates(payments, partitions)
  const settled: Array<Fate> = []
  let rest = orders
  let movedAt = yield* Monotonic.now
  while (rest.length > 0) {
    const round = rest.slice(0, ROUND)
    const found = yield* Effect.forEach(round, fateOf, { concurrency: CONCURRENCY })
    const before = settled.length
    settled.push(...found.filter(isSettled))
    const open = round.filter((_, index) => !isSettled(found[index]!))
    rest = [...open, ...rest.slice(ROUND)]
    progress(settled.length)
    const now = yield* Monotonic.now
    if (settled.length > before) movedAt = now
    else if (now - movedAt > STALLED_MILLIS + holdSeconds * 1_000) break
    if (open.length > 0) yield* Effect.sleep(ROUND_EVERY)
  }
  return [...settled, ...(yield* Effect.forEach(rest, fateOf, { concurrency: CONCURRENCY }))]
})

const isSettled = ({ payment, status }: Fate): boolean =>
  status !== undefined && isFinal(status) && Payments.isAccountedFor(payment)

/**
 * Reads what became of an order: its status, and where a payment was told of, whether it is sold for that. What cannot
 * be read now is not known, and asked for again.
 */
const fates = Effect.fnUntraced(function*(payments: ReadonlyMap<RequestId, PaymentReference>, partitions: number) {
  const store = yield* ItemStore
  const isSoldFor = (order: Order, reference: PaymentReference) =>
    store.readOrder(home(order.itemId, partitions), order.itemId, order.requestId).pipe(
      Effect.map(({ order: found }) => found?.hold?.reference === reference),
      Effect.catchTags({ StoreUnavailable: () => Effect.succeed(false), ItemDamaged: () => Effect.succeed(false) })
    )
  return Effect.fnUntraced(function*(order: Order): Effect.fn.Return<Fate, never, OrderStatuses> {
    const lookup = yield* read(order)
    const record = lookup._tag === "Kept" ? lookup.record : undefined
    const reference = payments.get(order.requestId)
    if (reference === undefined) return { order, status: record?.status }
    const isDueBack = record?.refundDue?.some((due) => due.reference === reference) === true
    const isSale = isSold(record) && (yield* isSoldFor(order, reference))
    return { order, status: record?.status, payment: { reference, isDueBack, isSale } }
  })
})

const isSold = (record: StatusRecord | undefined): boolean =>
  record?.status === "COMPLETED" || record?.status === "REFUNDED"

/** While the store is away an order counts as unknown, and is asked for again. */
const read = (order: Order): Effect.Effect<StatusLookup, never, OrderStatuses> =>
  OrderStatuses.pipe(
    Effect.flatMap((statuses) => statuses.read(order.requestId)),
    Effect.catchTag("StoreUnavailable", () => Effect.succeed<StatusLookup>({ _tag: "Unknown" }))
  )
