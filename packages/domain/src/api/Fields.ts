/** Fields that several bodies of the API have, with what the document says of them. */
import { Schema } from "effect"

/** A moment in ISO 8601, in UTC. */
export const Timestamp = Schema.String.annotate({ format: "date-time", description: "ISO 8601, in UTC" })

/** For a person; its wording may change. */
export const ErrorText = Schema.String.annotate({ description: "What went wrong, for a person" })

export const Retryable = Schema.Boolean.annotate({
  description: "Whether the same request may succeed later by itself"
})

/** The same as the header `X-Correlation-Id`. */
export const CorrelationText = Schema.String.annotate({
  description: "As in the header X-Correlation-Id: finds this request in logs and traces"
})

export const RetryAfterSeconds = Schema.Int.annotate({
  description: "Whole seconds until it is worth trying again, as in the header Retry-After"
})
