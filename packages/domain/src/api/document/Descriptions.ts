/** Says of each schema what it is, also where the framework says that only of the values in memory. Pure. */
import { Schema, SchemaAST } from "effect"
import { Hold } from "../../records/checkout/Hold.ts"
import { Order } from "../../records/Order.ts"
import * as AccessErrors from "../AccessErrors.ts"
import * as CheckoutErrors from "../checkout/CheckoutErrors.ts"
import * as Errors from "../Errors.ts"
import * as HttpProblems from "../HttpProblems.ts"
import * as ArchiveErrors from "../lists/ArchiveErrors.ts"
import { NotReady, Unhealthy } from "../SystemApi.ts"
import { mapValues, type Spec } from "./Spec.ts"

/** Those that are another value in memory than on the wire, by their names in the document. */
const SCHEMAS: Readonly<Record<string, unknown>> = {
  ...Errors,
  ...AccessErrors,
  ...ArchiveErrors,
  ...CheckoutErrors,
  ...HttpProblems,
  NotReady,
  Unhealthy,
  Order,
  Hold
}

const descriptionOf = (schema: unknown): string | undefined => {
  const description = Schema.isSchema(schema) ? SchemaAST.resolve(schema.ast)?.["description"] : undefined
  return typeof description === "string" ? description : undefined
}

/** Also of these, by their names in the document. */
export const amendWith = (more: Readonly<Record<string, unknown>>) => (spec: Spec): Spec => ({
  ...spec,
  components: {
    ...spec.components,
    schemas: mapValues(spec.components.schemas, (schema, name) => {
      const description = schema["description"] ?? descriptionOf(more[name] ?? SCHEMAS[name])
      if (description === undefined) throw new Error(`the document does not say what ${name} is`)
      return { ...schema, description }
    })
  }
})

export const amend = amendWith({})
