/** What is shown of a buyer's order, and how it goes on. Pure. */
import type { OrderChange, OrderStanding } from "@flash-sale/client"

export type OrderState =
  | { readonly kind: "none" }
  /** It is on its way to the engine. */
  | { readonly kind: "sending" }
  /** The engine has it, and decides. */
  | { readonly kind: "waiting" }
  /** Units are held until `until`, in milliseconds since 1970; `problem` is why the last call about it failed. */
  | { readonly kind: "held"; readonly until: number | undefined; readonly problem?: string }
  | { readonly kind: "paying" }
  | { readonly kind: "returning" }
  /** There may be an order, which cannot be read now: why. */
  | { readonly kind: "unseen"; readonly code: string }
  /** Its status is final, but that a payment which failed may be tried again; `reason` is why, where it is known. */
  | { readonly kind: "ended"; readonly status: string; readonly reason?: string }
  /** It was not taken: why, and until when another one is not, in milliseconds of a clock that nobody sets. */
  | { readonly kind: "refused"; readonly code: string; readonly until: number }

export const NONE: OrderState = { kind: "none" }

/** The state after a status of the order. What the buyer has just asked for is kept until the engine has decided. */
export const withStatus = (state: OrderState, order: OrderStanding | OrderChange): OrderState => {
  if (order.status === "PENDING") return state.kind === "none" || state.kind === "sending" ? { kind: "waiting" } : state
  if (order.status !== "RESERVED") {
    const reason = "reason" in order ? order.reason : undefined
    return { kind: "ended", status: order.status, ...(reason === undefined ? {} : { reason }) }
  }
  // Without an end it is being charged.
  if (order.confirmed === true || order.expires_at === undefined) return { kind: "paying" }
  if (state.kind === "paying" || state.kind === "returning") return state
  return { kind: "held", until: Date.parse(order.expires_at) }
}

/** Which of the three steps an order is at: asked for, held, paid; undefined where it is at none of them. */
export const stepOf = (state: OrderState): 0 | 1 | 2 | undefined => {
  if (state.kind === "sending" || state.kind === "waiting") return 0
  if (state.kind === "held" || state.kind === "paying" || state.kind === "returning") return 1
  return state.kind === "ended" && state.status === "COMPLETED" ? 2 : undefined
}

/** Whether another order may follow. */
export const isOver = ({ kind }: OrderState): boolean => kind === "none" || kind === "ended" || kind === "refused"
