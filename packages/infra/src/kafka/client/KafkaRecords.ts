/** Converts records of the consumer library to those of the domain. */
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { IHeaders, KafkaMessage } from "kafkajs"

const EMPTY = new Uint8Array(0)

/** Key and headers as text, the value byte for byte; no value is an empty one. */
export const toLogRecord = (partition: PartitionId, message: KafkaMessage): LogRecord => ({
  partition,
  // A broker counts offsets from 0 on, and none has reached 2^53: a check of each record would cost and find nothing.
  offset: Number(message.offset) as Offset,
  timestamp: Number(message.timestamp),
  key: message.key?.toString("utf8"),
  value: message.value ?? EMPTY,
  headers: message.headers === undefined ? {} : headersOf(message.headers)
})

/** Headers as text. Of a header that occurs several times the first counts. */
const headersOf = (headers: IHeaders): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    const first = Array.isArray(value) ? value[0] : value
    if (first !== undefined) texts[name] = first.toString("utf8")
  }
  return texts
}

/** A record to append, as text or bytes. */
export interface Appendable {
  readonly key: string | undefined
  readonly value: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** The record's own time, milliseconds since 1970 (UTC); that of its sending where it is absent. */
  readonly timestamp?: number
}
