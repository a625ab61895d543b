/** How much of the room that the store may take is used: a store that is full takes no writes any more. */
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Context, Effect } from "effect"

/** The share of its room from which on gateways take no new order. */
export const FULL_AT = 0.85

export interface Service {
  /** The share that is used, from 0 to 1 and beyond; undefined where the store has no bound. */
  readonly used: Effect.Effect<number | undefined, StoreUnavailable>
}

/** Without an adapter the store has no bound that is known: then no order is refused for it. */
export const StoreRoom = Context.Reference<Service>("@flash-sale/infra/resilience/StoreRoom", {
  defaultValue: () => ({ used: Effect.undefined })
})
