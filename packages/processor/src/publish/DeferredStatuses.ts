/**
 * Statuses that are true only until the final one comes: they are written where that takes a while. Under load the
 * final one overtakes them, and one write does for both. Buyers never read a wrong one, as a status only moves
 * forwards: docs/decisions/0018-cost-of-an-order-in-the-processor.md.
 */
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, Latch, type Scope } from "effect"
import type { OpenOrder } from "../order/OpenOrder.ts"
import { reserved } from "../order/StatusRecords.ts"

/** How long a status waits to be overtaken where there is nothing else to publish. */
export const RESERVED_DELAY = Duration.millis(200)
/** How long it waits at the most while there is. */
export const RESERVED_DELAY_MAX = Duration.seconds(5)
/** How often those that wait are looked at. */
export const LOOK_EVERY = Duration.millis(100)

export interface DeferredStatuses {
  /** Notes an order that is to be paid; its status is made when it is written. */
  readonly defer: (order: OpenOrder) => void
  /** Another status of that order is written now. */
  readonly supersede: (placedAtOffset: number) => void
}

/** Writes by `write` until its scope closes; `isBusy` says whether there is something else to publish now. */
export const make = Effect.fnUntraced(function*(
  write: (records: ReadonlyArray<StatusRecord>) => Effect.Effect<void>,
  isBusy: () => boolean
): Effect.fn.Return<DeferredStatuses, never, Scope.Scope> {
  /** By the offset of the records that placed them, in the order in which they began to wait. */
  const waiting = new Map<number, { readonly order: OpenOrder; readonly since: number }>()
  const monotonic = yield* Monotonic.reader
  const some = yield* Latch.make()

  const takeDue = (now: number): ReadonlyArray<StatusRecord> => {
    const delay = Duration.toMillis(isBusy() ? RESERVED_DELAY_MAX : RESERVED_DELAY)
    const due: Array<StatusRecord> = []
    for (const [offset, { order, since }] of waiting) {
      if (now - since < delay) break
      waiting.delete(offset)
      due.push(reserved(order))
    }
    return due
  }

  const look = Effect.gen(function*() {
    if (waiting.size === 0) {
      Latch.closeUnsafe(some)
      yield* Latch.await(some)
    }
    yield* Effect.sleep(LOOK_EVERY)
    yield* write(takeDue(monotonic()))
  })
  yield* Effect.forkScoped(Effect.forever(look))

  return {
    defer: (order) => {
      waiting.set(order.placedAtOffset, { order, since: monotonic() })
      Latch.openUnsafe(some)
    },
    supersede: (placedAtOffset) => {
      waiting.delete(placedAtOffset)
    }
  }
})
