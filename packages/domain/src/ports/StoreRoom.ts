/** How much of the room that the store may take is used: a store that is full takes no writes any more. */
import { Context, Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Service {
  /** The share that is used, from 0 to 1 and beyond; undefined where the store has no bound. */
  readonly used: Effect.Effect<number | undefined, StoreUnavailable>
}

/** Without an adapter the store has no bound that is known: then no order is refused for it. */
export const StoreRoom = Context.Reference<Service>("@flash-sale/domain/ports/StoreRoom", {
  defaultValue: () => ({ used: Effect.undefined })
})
