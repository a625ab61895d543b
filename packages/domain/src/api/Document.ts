/** What the OpenAPI document says beyond what follows from the schemas. Pure. Why: decision 0038. */
import * as AnswerHeaders from "./document/AnswerHeaders.ts"
import * as CommonAnswers from "./document/CommonAnswers.ts"
import * as Descriptions from "./document/Descriptions.ts"
import * as Examples from "./document/Examples.ts"
import * as Parameters from "./document/Parameters.ts"
import * as PublicNames from "./document/PublicNames.ts"
import * as Security from "./document/Security.ts"
import type { Spec } from "./document/Spec.ts"
import * as Waits from "./document/Waits.ts"

/** What callers send may have unknown fields, which are left out. */
const SENT = ["Order", "Hold", "Confirm", "Paid", "Cancel"]
const openBodies = (spec: Spec): Spec => {
  const open = SENT.map((name) => {
    const schema = spec.components.schemas[name]
    if (schema === undefined) throw new Error(`the document has no ${name}`)
    return [name, { ...schema, additionalProperties: true }] as const
  })
  const schemas = { ...spec.components.schemas, ...Object.fromEntries(open) }
  return { ...spec, components: { ...spec.components, schemas } }
}

const STEPS = [
  PublicNames.amend,
  Descriptions.amend,
  openBodies,
  Security.amend,
  CommonAnswers.amend,
  Waits.amend,
  AnswerHeaders.amend,
  Parameters.amend,
  Examples.amend
]

/** The document that is published, of the one that the framework makes. */
export const amend = (made: object): object => STEPS.reduce((spec, step) => step(spec), made as Spec)
