/** What a failed send means for its records: surely not written, or not known. Decision 0003. */
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { messageOf } from "../../errors/MessageOf.ts"

const TIME_REFUSED = "INVALID_TIMESTAMP"

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
  TIME_REFUSED,
  "INVALID_TOPIC_EXCEPTION",
  "NOT_ENOUGH_REPLICAS",
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED"
])

/** The client's message where it could not open a connection. */
const NOT_CONNECTED = /^Connection to .* failed\.$/

/** Where the broker says of single records why it refuses all: the client reports those beside the refusal. */
const OF_A_RECORD = /\/record_errors\/\d+$/

const isOfRecord = (error: unknown): boolean =>
  error instanceof Error && "path" in error && typeof error.path === "string" && OF_A_RECORD.test(error.path)

/** The failures of all attempts of one send, out of the nested groups in which the client reports them. */
const attempts = (error: unknown): ReadonlyArray<unknown> => {
  const own = error instanceof AggregateError ? error.errors.filter((one) => !isOfRecord(one)) : []
  return own.length > 0 ? own.flatMap(attempts) : [error]
}

const isSurelyNotWritten = (attempt: unknown): boolean => {
  if (!(attempt instanceof Error)) return false
  return NOT_CONNECTED.test(attempt.message) || ("apiId" in attempt && NOT_APPENDED.has(attempt.apiId))
}

/** Whether the broker refused the time of the records, which is ahead of its own. */
export const isOfTime = (error: unknown): boolean =>
  attempts(error).some((attempt) => attempt instanceof Error && "apiId" in attempt && attempt.apiId === TIME_REFUSED)

/** Refused only where each attempt was refused: one that was sent without an answer may have been written. */
export const ofSend = (error: unknown): AppendRefused | AppendUnknown => {
  const all = attempts(error)
  const detail = `Kafka: ${[...new Set(all.map(messageOf))].join("; ")}`
  return all.every(isSurelyNotWritten) ? new AppendRefused({ detail }) : new AppendUnknown({ detail })
}
