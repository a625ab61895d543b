/**
 * Where an item lives in the log. An item has one home partition for ever, so it has one owner at a time, and its
 * orders are first come, first served.
 */
import { Schema } from "effect"
import type { ItemId } from "./Ids.ts"

/** A partition of the topic `orders`: 0 to count - 1. */
export const PartitionId = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9_999 })).pipe(
  Schema.brand("PartitionId")
)
export type PartitionId = typeof PartitionId.Type

/**
 * The position of a record in one partition. Grows by one with every record: no producer of the engine is
 * transactional, so nothing else takes an offset, and one without a record is a loss (decision 0030).
 */
export const Offset = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })).pipe(
  Schema.brand("Offset")
)
export type Offset = typeof Offset.Type

/** The position of an item of which nothing has been folded yet: before every offset. */
export const NOTHING_FOLDED = -1

const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/**
 * The hash by which Kafka's own clients spread keys (murmur2, 32 bits; Apache Kafka, `Utils.murmur2`), so that a
 * record that another client produced under the same key lands in the same partition.
 */
export const murmur2 = (bytes: Uint8Array): number => {
  const length = bytes.length
  let hash = SEED ^ length
  const blocks = length >> 2
  for (let block = 0; block < blocks; block++) {
    const at = block << 2
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, MULTIPLIER)
    word ^= word >>> 24
    word = Math.imul(word, MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ word
  }
  const tail = length & ~3
  const rest = length & 3
  if (rest === 3) hash ^= bytes[tail + 2]! << 16
  if (rest >= 2) hash ^= bytes[tail + 1]! << 8
  if (rest >= 1) {
    hash ^= bytes[tail]!
    hash = Math.imul(hash, MULTIPLIER)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, MULTIPLIER)
  return hash ^ (hash >>> 15)
}

const encoder = new TextEncoder()
/** Characters of a text that is hashed without encoding it into bytes of its own: more than an item's id has. */
const MAX_SHORT = 128
const short = Array.from({ length: MAX_SHORT + 1 }, (_, length) => new Uint8Array(length))

/** UTF-8. Ids of items are ASCII and asked for with every order; the bytes are good until the next call. */
const bytesOf = (text: string): Uint8Array => {
  const bytes = short[text.length]
  if (bytes === undefined) return encoder.encode(text)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return encoder.encode(text)
    bytes[at] = code
  }
  return bytes
}

/** The home of an item among `count` partitions. */
export const home = (itemId: ItemId, count: number): PartitionId =>
  ((murmur2(bytesOf(itemId)) & 0x7fffffff) % count) as PartitionId
