/** Records in the bytes in which they travel to a broker. */
import type { Appendable } from "../client/KafkaRecords.ts"

/** The most bytes that a record takes beside key, value and headers. */
const RECORD_OVERHEAD = 32

/** The header that names the span of a record. */
const TRACEPARENT = "traceparent"

/** A record in the bytes in which it travels. */
export interface EncodedRecord {
  readonly key: Buffer | undefined
  readonly value: Buffer
  readonly headers: Map<Buffer, Buffer>
  /** The header of that name as text: the trace of the record. */
  readonly traceparent: string | undefined
  /** The record's own time, milliseconds since 1970 (UTC); that of its sending where it is undefined. */
  readonly timestamp: number | undefined
}

/** The most bytes that the record takes in a send. */
export const sizeOf = ({ headers, key, value }: EncodedRecord): number => {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + value.length
  for (const [name, text] of headers) size += RECORD_OVERHEAD + name.length + text.length
  return size
}

/** The names of headers in bytes, each made once: there are a dozen in all. */
const headerNames = new Map<string, Buffer>()

const headerName = (name: string): Buffer => {
  const known = headerNames.get(name)
  if (known !== undefined) return known
  const bytes = Buffer.from(name)
  headerNames.set(name, bytes)
  return bytes
}

/** The record in bytes. */
export const encode = ({ headers, key, timestamp, value }: Appendable): EncodedRecord => {
  const encoded = new Map<Buffer, Buffer>()
  for (const name in headers) encoded.set(headerName(name), Buffer.from(headers[name]!))
  return {
    key: key === undefined ? undefined : Buffer.from(key),
    value: Buffer.from(value),
    headers: encoded,
    traceparent: headers[TRACEPARENT],
    timestamp
  }
}
