/** What the admin API's OpenAPI document says beyond what follows from the schemas. Pure. Why: decision 0038. */
import * as AnswerHeaders from "../document/AnswerHeaders.ts"
import * as CommonAnswers from "../document/CommonAnswers.ts"
import * as Descriptions from "../document/Descriptions.ts"
import * as Examples from "../document/Examples.ts"
import * as Parameters from "../document/Parameters.ts"
import * as PublicNames from "../document/PublicNames.ts"
import { mapValues, type Spec } from "../document/Spec.ts"
import * as AdminErrors from "./AdminErrors.ts"
import * as AdminExamples from "./AdminExamples.ts"
import { AdminUnhealthy } from "./AdminSystem.ts"
import { SaleChange, StockChange } from "./ItemChanges.ts"
import { Discard, Replay } from "./LetterBodies.ts"
import { OrderChangeConflict } from "./orders/OrderErrors.ts"
import { WebhookReplay } from "./webhooks/WebhookChanges.ts"
import * as WebhookErrors from "./webhooks/WebhookErrors.ts"

/** The framework gives a stream no words of its own, and marks a key as one choice among none. */
const STREAM = "The events, until one side closes the connection."

const describeStreams = (spec: Spec): Spec => ({
  ...spec,
  paths: mapValues(spec.paths, (methods) =>
    mapValues(methods, (operation) => {
      const { 200: answer } = operation.responses
      if (answer?.content === undefined || !("text/event-stream" in answer.content)) return operation
      return { ...operation, responses: { ...operation.responses, 200: { ...answer, description: STREAM } } }
    }))
})

const STEPS = [
  PublicNames.amend,
  Descriptions.amendWith({
    ...AdminErrors,
    AdminUnhealthy,
    StockChange,
    SaleChange,
    Discard,
    Replay,
    OrderChangeConflict,
    WebhookReplay,
    ...WebhookErrors
  }),
  describeStreams,
  CommonAnswers.amend,
  AnswerHeaders.amend,
  Parameters.amend,
  Examples.amendWith(AdminExamples.EXAMPLES)
]

/** The document that is published, of the one that the framework makes. */
export const amend = (made: object): object => STEPS.reduce((spec, step) => step(spec), made as Spec)
