/** Paths of the API. Ids are escaped, and what cannot be one is refused before it is sent. */

const segment = (name: string, id: string): string => {
  // A step of a path, which is resolved before it is sent, written as %2E too; and a lone surrogate is no text.
  if (typeof id !== "string" || id === "" || id === "." || id === ".." || /\p{Surrogate}/u.test(id)) {
    throw new TypeError(`${name}: must be a text that is not empty, "." or ".."`)
  }
  return encodeURIComponent(id)
}

export const order = (requestId: string): string => `/orders/${segment("request_id", requestId)}`
/** Which orders: what is not said is left out. */
export interface OrdersQuery {
  readonly user?: string | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}
export const orders = ({ cursor, limit, user }: OrdersQuery): string => {
  const said = Object.entries({ user, cursor, limit }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  )
  return said.length === 0 ? "/orders" : `/orders?${said.join("&")}`
}
/** What is done with an order. */
export const action = (requestId: string, name: "confirm" | "paid" | "cancel"): string => `${order(requestId)}/${name}`
export const item = (itemId: string): string => `/items/${segment("item_id", itemId)}`
export const events = (path: string): string => `${path}/events`
