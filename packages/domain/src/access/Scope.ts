/** What an api key may do: its scopes. */
import { Schema } from "effect"

/**
 * - `read`: look at everything that an operator sees, but orders and dead letters.
 * - `stock`: change the stock of items.
 * - `sale`: change when, to whom and for how much items are sold.
 * - `orders`: place, read and cancel orders of any user. A shop's server has this one.
 * - `refunds`: give back what was sold.
 * - `dlq`: look at dead letters, replay and discard them.
 * - `admin`: all of these.
 */
export const Scope = Schema.Literals(["read", "stock", "sale", "orders", "refunds", "dlq", "admin"])
export type Scope = typeof Scope.Type

/** What an endpoint asks for: a scope, or any key at all. */
export type Needed = Scope | "any"

/** Whether a key with these scopes may do what asks for `wanted`. */
export const includes = (scopes: ReadonlyArray<Scope>, wanted: Needed): boolean =>
  wanted === "any" ? scopes.length > 0 : scopes.includes(wanted) || scopes.includes("admin")
