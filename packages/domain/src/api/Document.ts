/** What the OpenAPI document says beyond what follows from the schemas. Pure. Why: decision 0038. */
import * as AnswerHeaders from "./document/AnswerHeaders.ts"
import * as CommonAnswers from "./document/CommonAnswers.ts"
import * as Descriptions from "./document/Descriptions.ts"
import * as Examples from "./document/Examples.ts"
import * as Parameters from "./document/Parameters.ts"
import * as PublicNames from "./document/PublicNames.ts"
import * as Security from "./document/Security.ts"
import type { Spec } from "./document/Spec.ts"

/** A buyer's order may have unknown fields, which are left out. */
const openOrder = (spec: Spec): Spec => {
  const order = spec.components.schemas["Order"]
  if (order === undefined) throw new Error("the document has no Order")
  const schemas = { ...spec.components.schemas, Order: { ...order, additionalProperties: true } }
  return { ...spec, components: { ...spec.components, schemas } }
}

const STEPS = [
  PublicNames.amend,
  Descriptions.amend,
  openOrder,
  Security.amend,
  CommonAnswers.amend,
  AnswerHeaders.amend,
  Parameters.amend,
  Examples.amend
]

/** The document that is published, of the one that the framework makes. */
export const amend = (made: object): object => STEPS.reduce((spec, step) => step(spec), made as Spec)
