/** Adds the answers that every operation may give, whatever it does. The gateway's middleware gives them. Pure. */
import { type Answer, mapAnswers, refTo, type Spec } from "./Spec.ts"

/** Statuses, and the schemas of their bodies. */
const COMMON = { 413: "BodyTooLarge", 500: "InternalError" }

const answerOf = (spec: Spec, name: string): Answer => {
  const schema = spec.components.schemas[name]
  if (schema === undefined) throw new Error(`the document has no ${name}`)
  return { description: String(schema["description"]), content: { "application/json": { schema: refTo(name) } } }
}

export const amend = (spec: Spec): Spec => {
  const common = Object.fromEntries(Object.entries(COMMON).map(([status, name]) => [status, answerOf(spec, name)]))
  return mapAnswers(spec, (answers) => ({ ...common, ...answers }))
}
