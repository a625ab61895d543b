/** Who may not do what with orders, once it is known whose they are. What is not a buyer's own is counted. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import * as MayDo from "@flash-sale/domain/access/MayDo"
import type { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import type { AccessReason } from "@flash-sale/infra/observability/metrics/AccessMetrics"
import type { Denial, Denied } from "./Denied.ts"

/** What a gatekeeper does about a denial. */
export interface Means {
  readonly auth: MayDo.AuthMode
  readonly count: (reason: AccessReason) => void
  readonly deny: <D extends Denial>(denial: D) => Denied<D>
  /** The buyer has asked for what is not the buyer's own. */
  readonly failed: (userId: UserId) => void
}

export interface OrderDenials {
  /** Why this caller may not place this order; undefined where it may. */
  readonly denialOf: (caller: Caller, order: Pick<Order, "userId" | "itemId">) => Denied | undefined
  /** Why this caller may not confirm or cancel an order of this owner that it may read; undefined where it may. */
  readonly changeDenialOf: (
    caller: Caller,
    order: { readonly userId: UserId | undefined; readonly itemId: ItemId }
  ) => "wrong_user" | "wrong_item" | undefined
  /** Why this caller may not list the orders of this user, or without one its own; undefined where it may. */
  readonly listDenialOf: (caller: Caller, userId: UserId | undefined) => Denied | undefined
}

export const make = ({ auth, count, deny, failed }: Means): OrderDenials => {
  const refusalOf = (caller: Caller, action: MayDo.Action): MayDo.AccessRefusal | undefined => {
    const refusal = MayDo.refusalOf(auth, caller, action)
    if (refusal !== undefined && caller._tag === "Buyer") failed(caller.userId)
    return refusal
  }
  const denialOf = (caller: Caller, action: MayDo.Action): Denied | undefined => {
    const refusal = refusalOf(caller, action)
    return refusal && deny<Denial>(refusal._tag === "NotFound" ? { _tag: "Unauthenticated" } : refusal)
  }
  return {
    denialOf: (caller, { itemId, userId }) => denialOf(caller, { _tag: "PlaceOrder", userId, itemId }),
    listDenialOf: (caller, userId) => denialOf(caller, { _tag: "ListOrders", userId }),
    changeDenialOf: (caller, order) => {
      const refusal = refusalOf(caller, { _tag: "ChangeOrder", ...order })
      if (refusal === undefined) return undefined
      const code = refusal._tag === "WrongItem" ? "wrong_item" : "wrong_user"
      count(code)
      return code
    }
  }
}
