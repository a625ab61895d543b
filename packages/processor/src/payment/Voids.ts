/**
 * The voids of one item's orders. A void always ends, so it is asked for until it does.
 *
 * **Details**: a void takes a slot for each request. One that fails goes to the end of the line, so that voids which
 * the provider refuses do not keep others from theirs, and the next request for it waits at least for its pause.
 */
import type { PaymentError } from "@flash-sale/domain/ports/PaymentProvider"
import * as SlotLine from "@flash-sale/infra/actor/SlotLine"
import type { Release, Slots } from "@flash-sale/infra/actor/Slots"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, Exit, type Fiber, Random, type Scope } from "effect"
import type { OpenOrder } from "../order/OpenOrder.ts"
import type { Charges } from "./Charges.ts"

/** How long to wait after a first failure, and at the most; twice as long after each further one. */
const FIRST_PAUSE = Duration.millis(200)
const LONGEST_PAUSE = Duration.seconds(10)
/** By how much a pause may be shorter or longer, so that not all come at the same moment. */
const JITTER = 0.2

/** A charge that is not voided yet. */
interface PendingVoid {
  readonly order: OpenOrder
  failures: number
  /** Before this moment it is not asked for again, as `Monotonic.now` gives it. */
  notBefore: number
}

export interface Voids {
  /** Voids the order's charge, however often it has to be asked for. */
  readonly begin: (order: OpenOrder) => void
}

interface Parts {
  readonly charges: Charges
  readonly slots: Slots
  /** The slot is given back when the outcome is in the log. */
  readonly onVoided: (order: OpenOrder, release: Release) => void
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<unknown, unknown>
}

export const make = Effect.fnUntraced(function*(
  { charges, fork, onVoided, slots }: Parts
): Effect.fn.Return<Voids, never, Scope.Scope> {
  const noteFailure = Effect.fnUntraced(function*(pending: PendingVoid, error: PaymentError) {
    yield* charges.reportNotVoided(pending.order, error, pending.failures)
    const pause = Duration.toMillis(FIRST_PAUSE) * 2 ** pending.failures++
    const jitter = yield* Random.nextBetween(1 - JITTER, 1 + JITTER)
    const now = yield* Monotonic.now
    pending.notBefore = now + Math.min(pause, Duration.toMillis(LONGEST_PAUSE)) * jitter
  })

  /** Whether it is voided now. */
  const request = Effect.fnUntraced(function*(pending: PendingVoid) {
    const now = yield* Monotonic.now
    if (now < pending.notBefore) yield* Effect.sleep(pending.notBefore - now)
    return yield* Effect.matchEffect(charges.voidCharge(pending.order), {
      onSuccess: () => Effect.succeed(true),
      onFailure: (error) => Effect.as(noteFailure(pending, error), false)
    })
  })

  const line = yield* SlotLine.make<PendingVoid>(slots, (pending, release) => {
    let isVoided = false
    fork(Effect.map(request(pending), (is) => void (isVoided = is))).addObserver((exit) => {
      if (Exit.isFailure(exit)) return release()
      if (isVoided) return onVoided(pending.order, release)
      line.enter(pending)
      release()
    })
  })

  return { begin: (order) => line.enter({ order, failures: 0, notBefore: Number.NEGATIVE_INFINITY }) }
})
