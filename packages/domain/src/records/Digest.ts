/**
 * A short fingerprint of a record: another record at the same offset has another one.
 *
 * **Details**: 64 bits, not cryptographic. It detects a log that was truncated and written on (decision 0008), and does
 * not protect against forgery.
 */
import type { LogRecord } from "./LogRecord.ts"

const utf8 = new TextEncoder()
/** Between the parts, so that no two records run together to the same bytes: it occurs in no UTF-8. */
const SEPARATOR = 0xff

/** Of key, value and the record's own time. */
export const of = ({ key, timestamp, value }: Pick<LogRecord, "key" | "timestamp" | "value">): string => {
  let left = 0xdeadbeef
  let right = 0x41c6ce57
  const add = (byte: number) => {
    left = Math.imul(left ^ byte, 2_654_435_761)
    right = Math.imul(right ^ byte, 1_597_334_677)
    left ^= right >>> 15
  }
  for (const part of [utf8.encode(key === undefined ? "-" : `+${key}`), utf8.encode(String(timestamp)), value]) {
    for (const byte of part) add(byte)
    add(SEPARATOR)
  }
  return hex(mixed(left, right)) + hex(mixed(right, left))
}

const mixed = (half: number, other: number): number => {
  const once = Math.imul(half ^ (half >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  return (once ^ (once >>> 16)) >>> 0
}

const hex = (half: number): string => half.toString(16).padStart(8, "0")
