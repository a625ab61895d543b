/**
 * Who may do what: one decision, for every endpoint and both ports. Pure. Its table is a test. What needs nothing, such
 * as health and items, is not asked here.
 */
import type { ItemId, UserId } from "../records/Ids.ts"
import type { Caller } from "./Caller.ts"
import * as Scope from "./Scope.ts"

/**
 * - `open`: whoever reaches the port may order for anybody, for a network of one's own.
 * - `required`: orders need a key or a token.
 */
export type AuthMode = "open" | "required"

/**
 * - `PlaceOrder`: an order of this user for this item.
 * - `UseOrders`: orders at all, before it is read which one is meant.
 * - `ReadOrder`: an order that was found, of this user; undefined where nobody can say whose it is.
 * - `ListOrders`: those of this user; undefined where the request names none. Always wants a key or a token.
 * - `ChangeOrder`: confirm or cancel an order that was found, of this user for this item.
 * - `TellOfPayment`: say that the shop has taken the money for an order. Always wants a key.
 * - `Operate`: what an operator does at the admin API; with `any`, what whoever has a key there may do.
 */
export type Action =
  | { readonly _tag: "PlaceOrder"; readonly userId: UserId; readonly itemId: ItemId }
  | { readonly _tag: "UseOrders" }
  | { readonly _tag: "ReadOrder"; readonly userId: UserId | undefined }
  | { readonly _tag: "ListOrders"; readonly userId: UserId | undefined }
  | { readonly _tag: "ChangeOrder"; readonly userId: UserId | undefined; readonly itemId: ItemId }
  | { readonly _tag: "TellOfPayment" }
  | { readonly _tag: "Operate"; readonly scope: Scope.Needed }

/**
 * - `Unauthenticated`: 401, no key and no token.
 * - `MissingScope`: 403, the caller's key has not the scope; a buyer's token has none.
 * - `WrongUser`: 403, a buyer's token of another user than the order's, or than the one whose orders are asked for.
 * - `WrongItem`: 403, a buyer's token for another item than the order's.
 * - `NotFound`: 404, an order of somebody else: a buyer does not learn that it exists.
 */
export type AccessRefusal =
  | { readonly _tag: "Unauthenticated" }
  | { readonly _tag: "MissingScope"; readonly scope: Scope.Scope }
  | { readonly _tag: "WrongUser" }
  | { readonly _tag: "WrongItem" }
  | { readonly _tag: "NotFound" }

const unauthenticated: AccessRefusal = { _tag: "Unauthenticated" }
const wrongUser: AccessRefusal = { _tag: "WrongUser" }
const wrongItem: AccessRefusal = { _tag: "WrongItem" }
const notFound: AccessRefusal = { _tag: "NotFound" }
const missing = (scope: Scope.Scope): AccessRefusal => ({ _tag: "MissingScope", scope })

const scopeFor = (action: Action): Scope.Needed => action._tag === "Operate" ? action.scope : "orders"

/** An operator's least scope stands for `any`: a buyer's token has none. */
const missingFor = (needed: Scope.Needed): AccessRefusal => missing(needed === "any" ? "read" : needed)

const refusalOfBuyer = (
  caller: Extract<Caller, { readonly _tag: "Buyer" }>,
  action: Action
): AccessRefusal | undefined => {
  switch (action._tag) {
    case "PlaceOrder":
      if (action.userId !== caller.userId) return wrongUser
      return caller.itemId === undefined || caller.itemId === action.itemId ? undefined : wrongItem
    case "UseOrders":
      return undefined
    case "ReadOrder":
      return action.userId === caller.userId ? undefined : notFound
    case "ListOrders":
      return action.userId === undefined || action.userId === caller.userId ? undefined : wrongUser
    case "ChangeOrder":
      if (action.userId !== caller.userId) return notFound
      return caller.itemId === undefined || caller.itemId === action.itemId ? undefined : wrongItem
    case "TellOfPayment":
      return missing("orders")
    case "Operate":
      return missingFor(action.scope)
  }
}

/** What wants a key, or a token, in every mode. */
const needsProof = ({ _tag }: Action): boolean =>
  _tag === "Operate" || _tag === "TellOfPayment" || _tag === "ListOrders"

/** Why the caller may not; undefined where it may. Allocates nothing where it may: orders ask on the hot route. */
export const refusalOf = (mode: AuthMode, caller: Caller, action: Action): AccessRefusal | undefined => {
  switch (caller._tag) {
    case "Nobody":
      return mode === "open" && !needsProof(action) ? undefined : unauthenticated
    case "Key":
      return Scope.includes(caller.scopes, scopeFor(action)) ? undefined : missingFor(scopeFor(action))
    case "Buyer":
      return refusalOfBuyer(caller, action)
  }
}

export const mayDo = (mode: AuthMode, caller: Caller, action: Action): boolean =>
  refusalOf(mode, caller, action) === undefined
