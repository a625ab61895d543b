/** Moves the cursor of one endpoint over what is over, while others are sent: a transaction may take long. */
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { Duration, Effect, Queue } from "effect"
import * as Guarded from "./Guarded.ts"
import * as Held from "./Held.ts"
import { WebhookState } from "./WebhookState.ts"
import type * as Window from "./Window.ts"

/** After so long at the earliest the cursor moves again: one transaction for what ended meanwhile. */
const MOVE_EVERY = Duration.millis(25)

export const make = Effect.fnUntraced(function*(held: Held.Held, window: Window.Window, from: number) {
  const { holder, persist } = yield* WebhookState
  const queue = yield* WebhookQueue
  const guard = Guarded.orBegunAnew(held)
  let cursor = from
  let moving: Window.Over | undefined

  const move = Effect.fnUntraced(function*({ cursor: to, failed }: Window.Over) {
    const isHeld = yield* persist(queue.advance(held.name, holder, to, failed, Held.takeLast(held)))
    if (!isHeld) return Held.lose(held)
    cursor = to
    Held.addWaiting(held, failed.length)
    if (failed.length > 0) Queue.offerUnsafe(held.wakeRetries, undefined)
    yield* Effect.sleep(MOVE_EVERY)
    moving = undefined
    Queue.offerUnsafe(held.wakeLive, undefined)
  })
  return {
    /** Where it stands in the database. */
    cursor: () => cursor,
    isMoving: () => moving !== undefined,
    /** Begins to move it where it can be moved, and is not being moved. Wakes the endpoint's worker after that. */
    begin: Effect.suspend(() => {
      const over = moving === undefined ? window.takeOver() : undefined
      moving ??= over
      held.inWindow = window.open() + (moving?.failed.length ?? 0)
      return over === undefined ? Effect.void : Effect.forkScoped(guard(move(over)))
    })
  }
})
