/** Waits until every accepted order is final, as long as orders become final. */
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { Order } from "@flash-sale/domain/records/Order"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect } from "effect"
import type { Fate } from "./BalanceCheck.ts"

/** Orders that are asked for in one round: the oldest that are not final. */
const ROUND = 2_000
const CONCURRENCY = 64
/** The wait between two rounds of which the first found nothing new. */
const ROUND_EVERY = "250 millis"
/** How long nothing may move before the rest is given up, in milliseconds. */
const STALLED_MILLIS = 60_000

/** The orders that the engine knows: it may have accepted one whose answer was lost. */
export const known = Effect.fnUntraced(function*(orders: ReadonlyArray<Order>) {
  const found = yield* Effect.forEach(orders, read, { concurrency: CONCURRENCY })
  return orders.filter((_, index) => found[index]?._tag === "Kept")
})

/** The fate of each order. Those that are not final when nothing changes any more keep their present status. */
export const settle = Effect.fn("AwaitFinal.settle")(function*(
  orders: ReadonlyArray<Order>,
  progress: (final: number) => void
): Effect.fn.Return<ReadonlyArray<Fate>, never, OrderStatuses> {
  const fates: Array<Fate> = []
  let rest = orders
  let movedAt = yield* Monotonic.now
  while (rest.length > 0) {
    const round = rest.slice(0, ROUND)
    const found = yield* Effect.forEach(round, read, { concurrency: CONCURRENCY })
    const before = fates.length
    const open: Array<Order> = []
    for (const [index, order] of round.entries()) {
      const lookup = found[index]
      const status = lookup?._tag === "Kept" ? lookup.record.status : undefined
      if (status !== undefined && isFinal(status)) fates.push({ order, status })
      else open.push(order)
    }
    rest = [...open, ...rest.slice(ROUND)]
    progress(fates.length)
    const now = yield* Monotonic.now
    if (fates.length > before) movedAt = now
    else if (now - movedAt > STALLED_MILLIS) break
    if (open.length > 0) yield* Effect.sleep(ROUND_EVERY)
  }
  const stuck = yield* Effect.forEach(rest, read, { concurrency: CONCURRENCY })
  return [
    ...fates,
    ...rest.map((order, index): Fate => {
      const lookup = stuck[index]
      return { order, status: lookup?._tag === "Kept" ? lookup.record.status : undefined }
    })
  ]
})

/** While the store is away an order counts as unknown, and is asked for again. */
const read = (order: Order): Effect.Effect<StatusLookup, never, OrderStatuses> =>
  OrderStatuses.pipe(
    Effect.flatMap((statuses) => statuses.read(order.requestId)),
    Effect.catchTag("StoreUnavailable", () => Effect.succeed<StatusLookup>({ _tag: "Unknown" }))
  )
