/** What the workers of one process share, beside the slots for payments. */
import { Effect } from "effect"
import * as OpenOrderBudget from "../order/OpenOrderBudget.ts"
import * as RecoveryLimiter from "../recovery/RecoveryLimiter.ts"

export interface SharedParts {
  readonly recoveryLimiter: RecoveryLimiter.RecoveryLimiter
  /** Room for open orders beyond what each partition has of its own. */
  readonly room: OpenOrderBudget.SharedRoom
}

export const make: Effect.Effect<SharedParts> = Effect.gen(function*() {
  const { shared } = yield* OpenOrderBudget.OpenOrderLimits
  return { recoveryLimiter: yield* RecoveryLimiter.make, room: { free: shared } }
})
