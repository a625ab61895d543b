/** Says of each parameter of a request what its schema says of it. Pure. */
import { isObject, type JsonObject, mapValues, type Spec } from "./Spec.ts"

const withDescription = (parameter: JsonObject): JsonObject => {
  const description = isObject(parameter["schema"]) ? parameter["schema"]["description"] : undefined
  return description === undefined ? parameter : { ...parameter, description }
}

export const amend = (spec: Spec): Spec => ({
  ...spec,
  paths: mapValues(spec.paths, (methods) =>
    mapValues(methods, (operation) => {
      const { parameters } = operation
      return Array.isArray(parameters)
        ? { ...operation, parameters: parameters.filter(isObject).map(withDescription) }
        : operation
    }))
})
