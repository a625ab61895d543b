/** What the payment provider said of an item's orders, on its way into the log: it takes effect when it is folded. */
import { Command, MAX_SETTLEMENTS, type PaymentOutcome, type Settlement } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Effect, Queue, type Scope } from "effect"
import type { ChargeRef } from "../order/OpenOrder.ts"
import { actorFailed, type PartitionRun } from "../run/PartitionRun.ts"
import { MAX_PAYMENTS_IN_FLIGHT, MAX_VOIDS_IN_FLIGHT } from "./PaymentSlots.ts"

/**
 * Settlements of one item that may wait for the log. Each keeps its payment's slot until it is in the log, so there
 * are never more than slots: one more is a bug, and ends the run.
 */
const CAPACITY = MAX_PAYMENTS_IN_FLIGHT + MAX_VOIDS_IN_FLIGHT

interface Waiting {
  readonly settlement: Settlement
  readonly onAppended: () => void
}

export interface SettlementWriter {
  /**
   * Appends it, together with what waits then, in one record. Calls back when it is in the log, or when the run has
   * ended before: then it is asked for again. The caller has a slot among the payments under way until then.
   */
  readonly settle: (order: ChargeRef, outcome: PaymentOutcome, onAppended: () => void) => void
}

/** Appends until its scope closes. */
export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: PartitionRun
): Effect.fn.Return<SettlementWriter, never, Scope.Scope> {
  const queue = yield* Queue.dropping<Waiting>(CAPACITY)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
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
    settle: ({ attempt, requestId }, outcome, onAppended) => {
      const settlement = { requestId, attempt, outcome }
      if (Queue.offerUnsafe(queue, { settlement, onAppended })) return
      onAppended()
      fork(actorFailed(run, itemId)(new Error(`more than ${CAPACITY} settlements wait for the log`)))
    }
  }
})
