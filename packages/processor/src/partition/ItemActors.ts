/** The actors of a partition's items that are in memory: one is made for the first record of an item. */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, Exit, Scope } from "effect"
import * as ItemActor from "../item/ItemActor.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"

/** How long an item may be idle before its actor leaves memory. */
export const IDLE_AFTER = Duration.seconds(60)

interface RunningActor {
  readonly actor: ItemActor.ItemActor
  readonly scope: Scope.Closeable
  lastUsed: number
}

export interface ItemActors {
  /** The actor of the item; `now` as `Monotonic.now` gives it. */
  readonly of: (itemId: ItemId, now: number) => Effect.Effect<ItemActor.ItemActor>
  readonly has: (itemId: ItemId) => boolean
  /** Lets go of actors that have been idle for long. */
  readonly sweep: Effect.Effect<void>
  /** Starts the payments that were held back during the recovery. */
  readonly startPayments: Effect.Effect<void>
  /** Whether every mailbox is empty, and nothing of it in hand. */
  readonly isDrained: () => boolean
  /** How many records wait in mailboxes. */
  readonly waiting: () => number
}

export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  shared: ItemActor.SharedParts
): Effect.fn.Return<ItemActors, never, ItemStore | PaymentProvider | ProcessorState | Scope.Scope> {
  const context = yield* Effect.context<ItemStore | PaymentProvider | ProcessorState | Scope.Scope>()
  const scope = yield* Effect.scope
  const actors = new Map<ItemId, RunningActor>()

  const of = Effect.fnUntraced(function*(itemId: ItemId, now: number) {
    const running = actors.get(itemId)
    if (running !== undefined) {
      running.lastUsed = now
      return running.actor
    }
    const own = yield* Scope.fork(scope)
    const actor = yield* ItemActor.make(itemId, run, shared).pipe(
      Scope.provide(own),
      Effect.provideContext(context)
    )
    actors.set(itemId, { actor, scope: own, lastUsed: now })
    return actor
  })

  const sweep = Effect.gen(function*() {
    const now = yield* Monotonic.now
    for (const [itemId, { actor, lastUsed, scope: own }] of actors) {
      if (now - lastUsed < Duration.toMillis(IDLE_AFTER) || !actor.isIdle()) continue
      actors.delete(itemId)
      yield* Scope.close(own, Exit.void)
    }
  })

  return {
    of,
    has: (itemId) => actors.has(itemId),
    sweep,
    startPayments: Effect.suspend(() =>
      Effect.forEach([...actors.values()], ({ actor }) => actor.startPayments, { discard: true })
    ),
    isDrained: () => [...actors.values()].every(({ actor }) => actor.isDrained()),
    waiting: () => {
      let waiting = 0
      for (const { actor } of actors.values()) waiting += actor.waiting()
      return waiting
    }
  }
})
