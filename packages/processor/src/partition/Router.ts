/** Routes the records of a partition to the actors of their items. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect, type Scope, Semaphore } from "effect"
import * as Holds from "../holds/Holds.ts"
import type { Message } from "../order/OpenOrder.ts"
import type { OpenOrderBudget } from "../order/OpenOrderBudget.ts"
import type { PaymentSlots } from "../payment/PaymentSlots.ts"
import type { EventTeller } from "../publish/EventTeller.ts"
import * as Publisher from "../publish/Publisher.ts"
import type { RefusedTeller } from "../publish/RefusedTeller.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"
import * as Forwarding from "./Forwarding.ts"
import * as ItemActors from "./ItemActors.ts"
import type * as StockEdits from "./StockEdits.ts"

/**
 * Records of the partition that may wait for their folds, of all its items together: a long backlog, or the part of a
 * recovery that is not folded quietly (decision 0062), would otherwise fill the mailboxes of a thousand items, and
 * memory with them. Measured in docs/decisions/0020-cost-of-recovery.md.
 */
const WAITING_CAPACITY = 4_000

type Records = ReadonlyArray<LogRecord.LogRecord>

export interface Router extends Pick<ItemActors.ItemActors, "startPayments" | "sweep" | "waiting"> {
  readonly holds: Pick<Holds.Holds, "took" | "work">
  /**
   * Hands new records on, in order. Waits while too many wait for their folds. `takenAt` as `Monotonic.now` gives it.
   */
  readonly route: (records: Records, takenAt: number) => Effect.Effect<void>
  /** The same for records that are read again, of orders that the budget has admitted. */
  readonly routeAgain: (records: Records, takenAt: number) => Effect.Effect<void>
  /** Whether everything taken is folded and published, as far as it can be without taking more. */
  readonly isDrained: () => boolean
}

/** What the router hands to the actors of the partition. */
export interface RouterParts {
  readonly paymentSlots: PaymentSlots
  readonly stockEdits: StockEdits.StockEdits
  readonly budget: OpenOrderBudget
  readonly teller: EventTeller
  readonly refusedTeller: RefusedTeller
}

export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  partitions: number,
  { budget, paymentSlots, refusedTeller, stockEdits, teller }: RouterParts
): Effect.fn.Return<
  Router,
  never,
  ItemStore | OrderStatuses | DeadLetters | PaymentProvider | ProcessorState | Scope.Scope
> {
  const publisher = yield* Publisher.make(run, teller)
  const forwarding = Forwarding.make(run, publisher)
  const mailboxRoom = yield* Semaphore.make(WAITING_CAPACITY)
  const holds = yield* Holds.make(run, paymentSlots.refunds)
  const actors = yield* ItemActors.make(run, {
    budget,
    holds,
    mailboxRoom,
    onPendingEdit: stockEdits.onPending,
    paymentSlots,
    publisher,
    refusedTeller
  })

  /** Whether the item's home is here. That of an item with an actor is. */
  const isHome = (itemId: ItemId): boolean => actors.has(itemId) || home(itemId, partitions) === run.partition

  const deliver = Effect.fnUntraced(function*(messages: Messages, now: number) {
    for (const [itemId, own] of messages) {
      const actor = yield* actors.of(itemId, now)
      yield* Semaphore.take(mailboxRoom, own.length)
      yield* actor.deliver(own)
    }
  })

  const route = Effect.fnUntraced(function*(records: Records, takenAt: number) {
    holds.took(records)
    const messages: Messages = new Map()
    for (const record of records) {
      run.folding.begin(record.offset)
      run.settling.begin(record.offset)
      const itemId = LogRecord.itemOf(record)
      if (itemId === undefined || !isHome(itemId)) {
        run.folding.done(record.offset)
        yield* (itemId === undefined ? forwarding.drop(record) : forwarding.forward(itemId, record))
        continue
      }
      add(messages, itemId, record, takenAt, false)
    }
    yield* deliver(messages, takenAt)
  })

  const routeAgain = (records: Records, takenAt: number) =>
    Effect.suspend(() => {
      const messages: Messages = new Map()
      for (const record of records) {
        const itemId = LogRecord.itemOf(record)
        if (itemId === undefined) budget.release(1)
        else add(messages, itemId, record, takenAt, true)
      }
      return deliver(messages, takenAt)
    })

  const { startPayments, sweep, waiting } = actors
  const isDrained = () => publisher.isDrained() && actors.isDrained()
  return { holds, route, routeAgain, startPayments, sweep, waiting, isDrained }
})

/** Messages by their item. */
type Messages = Map<ItemId, Array<Message>>

const add = (
  messages: Messages,
  itemId: ItemId,
  record: LogRecord.LogRecord,
  takenAt: number,
  isAdmitted: boolean
): void => {
  FoldBatches.add(messages, itemId, { record, command: LogRecord.decode(itemId, record), takenAt, isAdmitted })
}
