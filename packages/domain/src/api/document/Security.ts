/**
 * Says of each operation by what its caller proves itself: those that may answer 401 take an api key or a buyer's
 * token, or neither where the gateway is open. Pure.
 */
import { type JsonObject, mapValues, type Spec } from "./Spec.ts"

const SCHEMES: Readonly<Record<string, JsonObject>> = {
  apiKey: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "fs_<name>_<secret>",
    description: "An api key with the scope `orders`: a shop's server, for any user."
  },
  buyerToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token that the shop has made for one buyer: `sub` is the `user_id`, `exp` is within a day, and " +
      "`item_id`, where it is there, the one item that it is for."
  }
}

/** Any one of them; the last is none, as with `AUTH=open`. */
const ANY: ReadonlyArray<JsonObject> = [...Object.keys(SCHEMES).map((name) => ({ [name]: [] })), {}]

/** What a shop's server alone may do. */
const BY_KEY: ReadonlyArray<JsonObject> = [{ apiKey: [] }]
const OF_SHOPS = ["checkout.paid"]
/** What wants to know who asks, whatever the mode. */
const PROVEN: ReadonlyArray<JsonObject> = ANY.slice(0, -1)
const OF_BUYERS = ["orders.pastOrders"]

const waysOf = ({ operationId }: JsonObject): ReadonlyArray<JsonObject> => {
  if (OF_SHOPS.some((name) => name === operationId)) return BY_KEY
  return OF_BUYERS.some((name) => name === operationId) ? PROVEN : ANY
}

export const amend = (spec: Spec): Spec => ({
  ...spec,
  components: { ...spec.components, securitySchemes: SCHEMES },
  paths: mapValues(
    spec.paths,
    (methods) =>
      mapValues(
        methods,
        (operation) => "401" in operation.responses ? { ...operation, security: waysOf(operation) } : operation
      )
  )
})
