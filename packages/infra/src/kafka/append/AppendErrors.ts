/** What a failed send means for its records: surely not written, or not known. Decision 0003. */
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { messageOf } from "../../errors/MessageOf.ts"

/**
 * Answers by which a broker says that it appended nothing (Apache Kafka, `Errors`).
 *
 * **Gotchas**: `NOT_LEADER_OR_FOLLOWER` and `UNKNOWN_TOPIC_OR_PARTITION` also end a send that was appended and waited
 * for its replicas when the leader changed; `NOT_ENOUGH_REPLICAS_AFTER_APPEND` and `REQUEST_TIMED_OUT` say it in their
 * names. None of them is here.
 */
const NOT_APPENDED: ReadonlySet<unknown> = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
  "INVALID_TOPIC_EXCEPTION",
  "NOT_ENOUGH_REPLICAS",
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED"
])

/** The client's message where it could not open a connection. */
const NOT_CONNECTED = /^Connection to .* failed\.$/

/** The failures of all attempts of one send, out of the nested groups in which the client reports them. */
const attempts = (error: unknown): ReadonlyArray<unknown> =>
  error instanceof AggregateError && error.errors.length > 0 ? error.errors.flatMap(attempts) : [error]

const isSurelyNotWritten = (attempt: unknown): boolean => {
  if (!(attempt instanceof Error)) return false
  return NOT_CONNECTED.test(attempt.message) || ("apiId" in attempt && NOT_APPENDED.has(attempt.apiId))
}

/** Refused only where each attempt was refused: one that was sent without an answer may have been written. */
export const ofSend = (error: unknown): AppendRefused | AppendUnknown => {
  const all = attempts(error)
  const detail = `Kafka: ${[...new Set(all.map(messageOf))].join("; ")}`
  return all.every(isSurelyNotWritten) ? new AppendRefused({ detail }) : new AppendUnknown({ detail })
}
