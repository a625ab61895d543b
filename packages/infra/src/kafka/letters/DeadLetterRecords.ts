/** Letters and handlings as records of the topic `orders-dlq`. Other records are skipped. */
import { DeadLetter, Handling } from "@flash-sale/domain/ports/DeadLetters"
import type { LetterEntry } from "@flash-sale/domain/ports/LetterReader"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import { Option, Result, Schema } from "effect"
import type { Appendable } from "../client/KafkaRecords.ts"
import * as KafkaSettings from "../client/KafkaSettings.ts"

/**
 * Names of the headers. `origin_partition` and `origin_offset` are the letter's identity, with `origin_topic` where its
 * record is not in the topic `orders`.
 */
const Header = {
  type: "type",
  error: "error",
  correlationId: "correlation_id",
  requestId: "request_id",
  timestamp: "timestamp",
  attempt: "attempt",
  price: "price",
  currency: "currency",
  userId: "user_id",
  amount: "amount",
  metadata: "metadata",
  originTopic: "origin_topic",
  originPartition: "origin_partition",
  originOffset: "origin_offset"
} as const

/** The type of a handling; a letter has none. */
const HANDLED = "handled"

const HandlingJson = Schema.fromJsonString(Handling)
const encodeHandling = Schema.encodeSync(HandlingJson)
const decodeHandling = Schema.decodeUnknownResult(HandlingJson)
const decodeLetter = Schema.decodeUnknownResult(DeadLetter)

/** The topic that letters and handlings do not name. */
const UNNAMED = KafkaSettings.defaults.ordersTopic

/** What the wire says of a topic. `log` is the present one, which entries do not name. */
const written = (topic: string | undefined, log: string): string | undefined => {
  const meant = topic ?? log
  return meant === UNNAMED ? undefined : meant
}

const read = (topic: string | undefined, log: string): { readonly topic?: string } => {
  const meant = topic ?? UNNAMED
  return meant === log ? {} : { topic: meant }
}

/** `log` is the topic of the present log, in this and in the others. */
export const ofLetter = (letter: DeadLetter, log: string): Appendable => ({
  key: letter.key,
  value: letter.value,
  headers: {
    [Header.error]: letter.error,
    [Header.correlationId]: letter.correlationId,
    ...(letter.requestId === undefined ? {} : { [Header.requestId]: letter.requestId }),
    [Header.timestamp]: letter.timestamp,
    [Header.attempt]: String(letter.attempt),
    ...(letter.price === undefined ? {} : { [Header.price]: String(letter.price) }),
    ...(letter.currency === undefined ? {} : { [Header.currency]: letter.currency }),
    ...(letter.userId === undefined ? {} : { [Header.userId]: letter.userId }),
    ...(letter.amount === undefined ? {} : { [Header.amount]: String(letter.amount) }),
    ...(letter.metadata === undefined ? {} : { [Header.metadata]: letter.metadata }),
    ...named(written(letter.topic, log)),
    [Header.originPartition]: String(letter.partition),
    [Header.originOffset]: String(letter.offset)
  }
})

const named = (topic: string | undefined) => topic === undefined ? {} : { [Header.originTopic]: topic }

export const ofHandling = ({ topic: given, ...handling }: Handling, log: string): Appendable => {
  const topic = written(given, log)
  return {
    key: undefined,
    value: encodeHandling(topic === undefined ? handling : { ...handling, topic }),
    headers: { [Header.type]: HANDLED }
  }
}

/** The entry of a record; none where the record is neither. */
export const decode = (record: LogRecord, log: string): Option.Option<LetterEntry> => {
  const { headers } = record
  if (headers[Header.type] === HANDLED) {
    return Option.map(
      Result.getSuccess(decodeHandling(new TextDecoder().decode(record.value))),
      ({ topic, ...handling }) => ({ _tag: "Handled", handling: { ...handling, ...read(topic, log) } })
    )
  }
  const metadata = RecordHeaders.metadataOf(headers)
  const letter = decodeLetter({
    ...read(headers[Header.originTopic], log),
    partition: Number(headers[Header.originPartition]),
    offset: Number(headers[Header.originOffset]),
    ...(record.key === undefined ? {} : { key: record.key }),
    value: record.value,
    error: headers[Header.error],
    ...(headers[Header.requestId] === undefined ? {} : { requestId: headers[Header.requestId] }),
    correlationId: headers[Header.correlationId],
    attempt: Number(headers[Header.attempt]),
    ...(headers[Header.price] === undefined ? {} : { price: Number(headers[Header.price]) }),
    ...(headers[Header.currency] === undefined ? {} : { currency: headers[Header.currency] }),
    ...(headers[Header.userId] === undefined ? {} : { userId: headers[Header.userId] }),
    ...(headers[Header.amount] === undefined ? {} : { amount: Number(headers[Header.amount]) }),
    ...(metadata === undefined ? {} : { metadata }),
    timestamp: headers[Header.timestamp]
  })
  return Option.map(Result.getSuccess(letter), (decoded) => ({ _tag: "Letter", letter: decoded }))
}
