/** What the payment provider said of an item's orders, on its way into the log: it takes effect when it is folded. */
import { Command, MAX_SETTLEMENTS, type PaymentOutcome, type Settlement } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Effect, Queue, type Scope } from "effect"
import type { OpenOrder } from "../order/OpenOrder.ts"
import { actorFailed, type PartitionRun } from "../run/PartitionRun.ts"

interface Waiting {
  readonly settlement: Settlement
  readonly onAppended: () => void
}

export interface SettlementWriter {
  /**
   * Has it appended, with whatever waits then, in one record. Calls back when it is in the log, or when the run has
   * ended before: then it is asked for again.
   */
  readonly settle: (order: OpenOrder, outcome: PaymentOutcome, onAppended: () => void) => void
}

/** Appends until its scope closes. Who settles has a place among the payments under way, so few can wait. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: PartitionRun
): Effect.fn.Return<SettlementWriter, never, Scope.Scope> {
  const queue = yield* Queue.unbounded<Waiting>()
  let inHand: ReadonlyArray<Waiting> = []
  const answer = (all: ReadonlyArray<Waiting>) => {
    for (const { onAppended } of all) onAppended()
  }
  const appendSome = Effect.gen(function*() {
    inHand = yield* Queue.takeBetween(queue, 1, MAX_SETTLEMENTS)
    yield* run.append(
      LogRecord.encode(itemId, Command.Settle({ settlements: inHand.map(({ settlement }) => settlement) }))
    )
    const appended = inHand
    inHand = []
    answer(appended)
  })
  yield* Effect.addFinalizer(() =>
    Effect.map(Queue.clear(queue), (left) => {
      answer(inHand)
      answer(left)
    })
  )
  yield* Effect.forkScoped(Effect.catchDefect(Effect.forever(appendSome), actorFailed(run, itemId)))
  return {
    settle: ({ command: { attempt, order } }, outcome, onAppended) => {
      Queue.offerUnsafe(queue, { settlement: { requestId: order.requestId, attempt, outcome }, onAppended })
    }
  }
})
