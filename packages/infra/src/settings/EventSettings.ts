/** Which events are told of orders. */
import type { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { Config } from "effect"
import * as Kind from "./Kind.ts"
import * as Variable from "./Variable.ts"

const TOLD = ["off", "held", "all"] as const satisfies ReadonlyArray<EventsTold>

export const make = (fallback: EventsTold) =>
  Variable.group({
    /** Nothing, the orders that ever held units, or also each one that was turned away. */
    told: Variable.make<EventsTold>("ORDER_EVENTS", Kind.oneOf(TOLD), fallback)
  })
export type EventSettings = Config.Success<ReturnType<typeof make>>
