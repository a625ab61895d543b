/** Says of the operations that may wait for an order (`Prefer: wait`, RFC 7240) how they are asked to. Pure. */
import { type Answer, isObject, type JsonObject, mapValues, type Operation, refTo, type Spec } from "./Spec.ts"

const OPERATIONS = ["orders.buy", "orders.hold", "orders.order", "checkout.confirm", "checkout.paid", "checkout.cancel"]

const PREFER: JsonObject = {
  name: "prefer",
  in: "header",
  required: false,
  schema: { type: "string" },
  description:
    "`wait=10` has the answer wait for so many seconds, 30 at the most: until the order is final, or a hold " +
    "is held. It is 200 with the order as it is then; where the time is over, as without this header"
}

const APPLIED: Readonly<Record<string, JsonObject>> = {
  "preference-applied": { required: false, schema: { type: "string" } }
}

const STANDING = {
  description: "The order as it is after the wait that was preferred.",
  content: { "application/json": { schema: refTo("OrderStanding") } }
}

export const amend = (spec: Spec): Spec => ({
  ...spec,
  paths: mapValues(spec.paths, (methods) =>
    mapValues(methods, (operation): Operation => {
      if (!OPERATIONS.some((id) => id === operation["operationId"])) return operation
      const { parameters, responses } = operation
      const before = Array.isArray(parameters) ? parameters.filter(isObject) : []
      const ok: Answer = { ...STANDING, ...responses["200"], headers: { ...responses["200"]?.headers, ...APPLIED } }
      return { ...operation, parameters: [...before, PREFER], responses: { ...responses, 200: ok } }
    }))
})
